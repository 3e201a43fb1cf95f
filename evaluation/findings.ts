import type { Issue } from "../protocols/errors.ts";

/** What compile() has to say: problems refuse the publish, warnings go along with it. Paths start at the content. */
export class Findings {
  readonly problems: Issue[];
  readonly warnings: Issue[];

  constructor(problems: Issue[] = [], warnings: Issue[] = []) {
    this.problems = problems;
    this.warnings = warnings;
  }

  problem(path: string, message: string): void {
    this.problems.push({ path, message });
  }

  warn(path: string, message: string): void {
    this.warnings.push({ path, message });
  }

  /** Reports each key that was there before, where it comes again. */
  unique(path: string, keys: readonly string[], member = "key"): void {
    const seen = new Set<string>();
    for (const [index, key] of keys.entries()) {
      if (seen.has(key)) this.problem(`${path}[${index}].${member}`, `${key} occurs twice`);
      seen.add(key);
    }
  }

  /** A view whose problems are warnings: for what is wrong but reaches nobody. */
  lenient(): Findings {
    return new Findings(this.warnings, this.warnings);
  }
}
