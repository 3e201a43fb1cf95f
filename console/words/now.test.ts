import assert from "node:assert/strict";
import { test } from "node:test";
import { analyse } from "../../analytics/statistics/scorecard/scorecard.ts";
import { planned } from "../../analytics/statistics/testing/planned.ts";
import type { AnalyseRequest } from "../../protocols/analytics-messages.ts";
import type { ExperimentResult } from "../../protocols/results.ts";
import { asOfNow, intervalsText } from "./now.ts";
import { statusOf } from "./status-sentence.ts";

const groups = {
  control: { units: 5_000, buys: 500, errors: 50 },
  variants: { new: { units: 5_000, buys: 700, errors: 50 } },
};

function resultOf({ definition, summary, ...rest }: AnalyseRequest): ExperimentResult {
  return {
    environment: "production",
    experiment: "checkout",
    source: "streaming",
    at: 0,
    revision: 1,
    definition,
    summary,
    analysis: analyse({ definition, summary, ...rest }),
  };
}
const estimateOf = (result: ExperimentResult) => result.analysis.comparisons[0]?.estimate;

test("an always-valid plan shows the wider interval that holds at all looks, and says so", () => {
  const result = resultOf(planned(groups));
  const [alone, now] = [estimateOf(result), estimateOf(asOfNow(result))];
  assert.ok(alone?.kind === "estimated" && now?.kind === "estimated");
  assert.ok(now.interval[0] < alone.interval[0] && now.interval[1] > alone.interval[1]);
  assert.ok(now.pValue > alone.pValue);
  assert.equal(now.relative?.difference, alone.relative?.difference);
  assert.match(intervalsText(result, "95 %"), /as often as you like/);
});

test("before its first look, or its end, a plan shows how many people it waits for", () => {
  const looks = resultOf(
    planned({ ...groups, analysis: { monitoring: { kind: "group_sequential", units: 80_000 } } }),
  );
  assert.deepEqual(estimateOf(asOfNow(looks)), { kind: "too_few_units", units: 10_000, unitsMin: 16_000 });
  const fixed = resultOf(planned({ ...groups, analysis: { monitoring: { kind: "fixed", units: 50_000 } } }));
  assert.deepEqual(estimateOf(asOfNow(fixed)), { kind: "too_few_units", units: 10_000, unitsMin: 50_000 });
});

test("the status is the decision, with when an answer is to be expected", () => {
  const result = resultOf(planned(groups));
  const { experiment } = result.definition;
  assert.equal(statusOf(experiment, result).word, "Keep waiting");
  assert.match(statusOf(experiment, result).sentence, /guardrail errors holds/);
  const nothing = resultOf(planned({ ...groups, variants: { new: groups.control } }));
  assert.match(
    statusOf(experiment, nothing).sentence,
    /To be expected at [\d,]+ people, in about \d+ days at this rate\.$/,
  );
  const off = resultOf(planned({ ...groups, variants: { new: { units: 3_000, buys: 700 } } }));
  assert.deepEqual([statusOf(experiment, off).word, statusOf(experiment, off).standing], ["Hold", "hold"]);
});
