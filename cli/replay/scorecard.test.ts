import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExperimentResult } from "../../protocols/results.ts";
import type { Monitored } from "../../protocols/scorecard.ts";
import { scorecardText } from "./scorecard.ts";

const names = { variants: new Map([["mail", "Mens E-Mail"]]), metrics: new Map([["spend", "Spend"]]) };

function resultOf(monitored: Monitored): ExperimentResult {
  const decision = {
    kind: "ship",
    code: "primary_better",
    variant: "mail",
    reason: "mail makes spend better.",
    wouldChange: ["Another guardrail."],
  };
  const relative = { difference: 0.721, interval: [0.6, 0.8] };
  return {
    analysis: {
      comparisons: [
        {
          variant: "mail",
          metric: "spend",
          method: "welch_t",
          mean: 1.4226,
          meanControl: 0.6528,
          estimate: { kind: "estimated", difference: 0.77, interval: [0.4, 1], pValue: 1e-8, relative },
          finding: {
            role: "primary",
            monitored,
            adjusted: { method: "holm", pValue: 3.18e-44 },
            verdict: "better",
            sentence: "",
          },
        },
      ],
      scorecard: {
        decision,
        sequentialSampleRatio: { kind: "tested", pValue: 0.9, runningPValue: 0.0002, mismatch: true },
        summary: ["mail makes spend better."],
      },
    },
  } as unknown as ExperimentResult;
}

const textOf = (monitored: Monitored): string =>
  (scorecardText(resultOf(monitored), names) ?? "").replaceAll("\u00a0", " ");

test("a scorecard has means, lift, the interval and p that hold now, the adjusted p and the verdict", () => {
  const text = textOf({
    kind: "always_valid",
    interval: [0.31, 1.23],
    pValue: 0.02,
    eValue: 50,
    runningPValue: 0.0123,
    looks: 3,
  });
  assert.match(
    text,
    /Mens E-Mail +Spend +primary +1\.423 +0\.6528 +\+72\.10 % +\+0\.31 to \+1\.23 +0\.0200 +3\.18e-44 +better/,
  );
  assert.match(text, /Sample ratio at any time: p = 0\.0002, MISMATCH/);
  assert.match(
    text,
    /Decision: ship mail\. mail makes spend better\.\n {2}would change it: Another guardrail\./,
  );
});

test("before a planned look, before the end, and without an answer it says why there is no interval", () => {
  const waiting = { kind: "group_sequential", look: 0, looks: 5, information: 0, state: "waiting" } as const;
  assert.match(textOf(waiting), /no look yet +– /);
  assert.match(
    textOf({ kind: "fixed", isFinal: false, interval: [0, 1], pValue: 0.5 }),
    /not before the end/,
  );
  assert.match(textOf({ kind: "no_answer", code: "x", reason: "all alike" }), /no answer: all alike/);
});

test("a service without scorecards has none", () => {
  const result = resultOf({ kind: "no_answer", code: "x", reason: "" });
  const { scorecard: _scorecard, ...analysis } = result.analysis;
  assert.equal(scorecardText({ ...result, analysis }, names), undefined);
});
