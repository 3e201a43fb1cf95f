import type { CliFailure } from "../failure.ts";
import { usageFailure } from "../failure.ts";
import { counted } from "../text-table.ts";
import { checkFiles, expectedValues } from "./check.ts";
import type { TestInFile } from "./documents.ts";
import { findingsText, type Finding } from "./finding.ts";
import { runTest, type Difference, type Trial } from "./trial-run.ts";

// `weir metrics test`: every test of the files, through the real fold.

export interface TestOutcome {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  /** With the line of the expectation. */
  readonly differences: readonly (Difference & { readonly line: number })[];
}

export interface TestRun {
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  readonly tests: readonly TestOutcome[];
  readonly untested: readonly string[];
}

export async function testFiles(
  paths: readonly string[],
  trial: Trial,
  input?: AsyncIterable<Uint8Array | string>,
): Promise<TestRun> {
  const { metrics, tests, findings } = await checkFiles(paths, input);
  if (findings.length > 0) return { ok: false, findings, tests: [], untested: [] };
  if (metrics.length === 0 && tests.length > 0) throw noMetrics();
  const all = metrics.map(({ metric }) => metric);
  const expected = new Set<string>();
  const outcomes = tests.map((each) => {
    const { test, inDocument } = each;
    for (const { metric } of expectedValues(test, inDocument)) if (metric !== undefined) expected.add(metric);
    const differences = runTest(test, all, inDocument, trial).map((difference) => ({
      ...difference,
      line: lineOf(each, difference.path),
    }));
    return { file: each.file, line: lineOf(each, ["name"]), name: test.name, differences };
  });
  return {
    ok: outcomes.every(({ differences }) => differences.length === 0),
    findings: [],
    tests: outcomes,
    untested: all.map(({ key }) => key).filter((key) => !expected.has(key)),
  };
}

const noMetrics = (): CliFailure =>
  usageFailure("the files hold tests and no metric: name the files of the metrics too");

const lineOf = ({ finding }: TestInFile, path: readonly string[]): number =>
  finding(path, { code: "refused", message: "" }).place?.line ?? 1;

const numberText = (value: number | null): string => (value === null ? "none" : String(value));

/** For people: every test in a line, what differs below it, and a sum. */
export function testText({ findings, tests, untested }: TestRun): string {
  if (findings.length > 0)
    return `${findingsText(findings)}\n\nNo test was run: mend ${counted(findings.length, "error")} first.`;
  const lines = tests.flatMap(({ file, line, name, differences }) => [
    `${differences.length === 0 ? "ok  " : "FAIL"}  ${name}${differences.length === 0 ? "" : `  (${file}:${line})`}`,
    ...differences.map(
      ({ where, expected, actual, line: at }) =>
        `        line ${at}: ${where}: expected ${numberText(expected)}, is ${numberText(actual)}`,
    ),
  ]);
  const failed = tests.filter(({ differences }) => differences.length > 0).length;
  const rest = untested.length === 0 ? [] : [`without a test: ${untested.join(", ")}`];
  return [
    ...lines,
    ...(lines.length === 0 ? [] : [""]),
    `${counted(tests.length, "test")}, ${failed} failed`,
    ...rest,
  ].join("\n");
}
