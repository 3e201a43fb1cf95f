import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Score } from "./suite.ts";

// Scores stand in docs/compatibility.md, and the suites' tests hold them to it word by word.

const document = new URL("../../../docs/compatibility.md", import.meta.url);

/** A suite's part that is not run at all, and why. */
export interface NotRun {
  readonly rows: number;
  readonly reason: string;
}

export function scoreTable(
  scores: Readonly<Record<string, Score>>,
  notRun: Readonly<Record<string, NotRun>> = {},
): string {
  const ran = Object.entries(scores);
  const passed = ran.reduce((sum, [, score]) => sum + score.passed, 0);
  const total = ran.reduce((sum, [, score]) => sum + score.total, 0);
  return [
    "| part | passed | rows |",
    "| --- | --: | --: |",
    ...ran.map(([name, score]) => `| ${name} | ${score.passed} | ${score.total} |`),
    `| **all that apply** | **${passed}** | **${total}** |`,
    "",
    ...ran.flatMap(([name, { failed }]) => failed.map((row) => `- ${name}, ${row}`)),
    ...Object.entries(notRun).map(
      ([name, { rows, reason }]) => `- ${name}, all ${rows} rows not run: ${reason}`,
    ),
  ]
    .join("\n")
    .trimEnd();
}

export function assertDocumented(suite: string, table: string): void {
  const text = readFileSync(document, "utf8");
  const [, after = ""] = text.split(`<!-- scores: ${suite} -->\n\n`);
  const [stated] = after.split(`\n\n<!-- end of scores -->`);
  assert.equal(
    stated,
    table,
    `docs/compatibility.md says otherwise of ${suite}; it should say:\n\n${table}\n`,
  );
}
