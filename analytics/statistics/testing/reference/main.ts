import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { referenceCases } from "./case.ts";
import { type Outcome, runCase } from "./run.ts";

// `npm run conformance -- statistics [--cases FILE]…`: cases of other tools against this engine's methods.

const help = `Usage: npm run conformance -- statistics [--cases <file>]…

Cases of methods, or values of special functions, against this engine. Without --cases: those that Weir carries.
Prints a line a method and each mismatch; exit code 1 when a case fails.
`;

const own = ["statistics", "special-functions"].map(
  (name) => new URL(`../../golden/reference/${name}.json`, import.meta.url),
);

function report(outcomes: readonly Outcome[]): boolean {
  const methods = Map.groupBy(outcomes, ({ method }) => method);
  const width = Math.max(...[...methods.keys()].map((method) => method.length));
  const failedOf = (some: readonly Outcome[]): number =>
    some.filter(({ mismatches }) => mismatches.length > 0).length;
  process.stdout.write(`${"method".padEnd(width)}  passed  failed\n`);
  for (const [method, some] of methods) {
    const failed = failedOf(some);
    const counts = [some.length - failed, failed].map((count) => String(count).padStart(6)).join("  ");
    process.stdout.write(`${method.padEnd(width)}  ${counts}\n`);
  }
  for (const { id, method, mismatches } of outcomes)
    if (mismatches.length > 0)
      process.stdout.write(`\nFAIL ${id} (${method})\n  ${mismatches.join("\n  ")}\n`);
  const failed = failedOf(outcomes);
  process.stdout.write(`\n${outcomes.length - failed} of ${outcomes.length} pass\n`);
  return failed === 0;
}

try {
  const { values } = parseArgs({
    options: { cases: { type: "string", multiple: true }, help: { type: "boolean" } },
  });
  if (values.help === true) process.stdout.write(help);
  else {
    const files: readonly (string | URL)[] = values.cases ?? own;
    const cases = files.flatMap((file) => referenceCases(readFileSync(file, "utf8")));
    if (!report(cases.map(runCase))) process.exitCode = 1;
  }
} catch (error) {
  process.stderr.write(`conformance: ${error instanceof Error ? error.message : String(error)}\n\n${help}`);
  process.exitCode = 2;
}
