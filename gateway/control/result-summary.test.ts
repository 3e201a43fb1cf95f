import assert from "node:assert/strict";
import { test } from "node:test";
import type { AutomaticPause } from "../../protocols/automatic-pause.ts";
import { experiment, result } from "../reports/testing/result.ts";
import { resultSummary } from "./result-summary.ts";

const pause: AutomaticPause = {
  at: 1_700_000_000_000 as never,
  phase: 1,
  planVersion: 1,
  units: 4_000,
  breaches: [{ kind: "sample_ratio", pValue: 0.0004, limit: 0.001 }],
};
const summaryOf = (members: Partial<typeof experiment>) =>
  resultSummary({
    ...result,
    definition: { ...result.definition, experiment: { ...experiment, ...members } },
  });

test("a summary says why Weir paused an experiment and what to do, until somebody resumes", () => {
  const { automaticPause } = summaryOf({ status: "paused", automaticPauses: [pause] });
  assert.equal(automaticPause?.at, pause.at);
  assert.match(automaticPause.reason, /sequential sample ratio p = 0\.0004, below 0\.001/);
  assert.match(automaticPause.next.join(" "), /where units are lost.* resume: that accepts/);
  const resumed = { ...pause, resumed: { at: pause.at, by: "ana" } };
  assert.equal(summaryOf({ status: "running", automaticPauses: [resumed] }).automaticPause, undefined);
  assert.equal(summaryOf({ status: "paused" }).automaticPause, undefined);
});

test("a metric that breaches its own guardrail is among the numbers, whatever it is for", () => {
  const comparisons = result.analysis.comparisons.map((comparison) =>
    comparison.metric === "spend" && comparison.finding !== undefined
      ? {
          ...comparison,
          finding: {
            ...comparison.finding,
            breach: { estimate: -0.2, bound: -0.1, limit: 0.02, action: "alert" as const },
          },
        }
      : comparison,
  );
  const { numbers } = resultSummary({ ...result, analysis: { ...result.analysis, comparisons } });
  assert.equal(numbers.find(({ metric }) => metric === "spend")?.breach?.bound, -0.1);
});
