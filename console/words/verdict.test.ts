import assert from "node:assert/strict";
import { test } from "node:test";
import { analyse } from "../../analytics/statistics/scorecard/scorecard.ts";
import { planned } from "../../analytics/statistics/testing/planned.ts";
import type { Estimate } from "../../protocols/results.ts";
import { silenceText, verdictOf } from "./verdict.ts";

const between = (low: number, high: number): Estimate => ({
  kind: "estimated",
  difference: (low + high) / 2,
  standardError: 1,
  interval: [low, high],
  pValue: 0.5,
});

test("an interval on the good side of zero is a gain, on the bad side harm", () => {
  assert.equal(verdictOf({ estimate: between(0.1, 0.3) }, "increase"), "gain");
  assert.equal(verdictOf({ estimate: between(-0.3, -0.1) }, "increase"), "harm");
  assert.equal(verdictOf({ estimate: between(0.1, 0.3) }, "decrease"), "harm");
  assert.equal(verdictOf({ estimate: between(-0.3, -0.1) }, "decrease"), "gain");
});

test("an interval that touches zero is unclear, whatever its middle", () => {
  assert.equal(verdictOf({ estimate: between(-0.01, 5) }, "increase"), "unclear");
  assert.equal(verdictOf({ estimate: between(0, 5) }, "increase"), "unclear");
});

test("no interval is unclear, and says why", () => {
  const waiting: Estimate = { kind: "too_few_units", units: 3, unitsMin: 100 };
  assert.equal(verdictOf({ estimate: waiting }, "increase"), "unclear");
  assert.equal(silenceText(waiting), "Waiting for people: 3 of at least 100");
  assert.equal(silenceText(between(1, 2)), undefined);
});

test("where the plan has a say, it is the verdict, not the interval of one look", () => {
  const request = planned({
    control: { units: 5_000, buys: 500 },
    variants: { new: { units: 5_000, buys: 570 } },
  });
  const [first] = analyse(request).comparisons;
  assert.ok(first?.estimate.kind === "estimated" && first.estimate.interval[0] > 0);
  assert.equal(verdictOf(first, "increase"), "unclear");
  assert.equal(verdictOf({ estimate: first.estimate }, "increase"), "gain");
});
