import assert from "node:assert/strict";
import { test } from "node:test";
import { AnalysisPlan } from "./analysis-plan.ts";
import { lookFractions, resolvedPlan } from "./resolved-plan.ts";

const refusal = (plan: unknown): string => {
  const parsed = AnalysisPlan.safeParse(plan);
  assert.ok(!parsed.success, "it is refused");
  return parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
};

test("nothing said is a plan: look at any time", () => {
  const plan = resolvedPlan(AnalysisPlan.parse({}));
  assert.deepEqual(
    [plan.alpha, plan.monitoring.kind, plan.correction, plan.cuped],
    [0.05, "always_valid", "holm", true],
  );
});

test("looks are a number of equal parts, or rising parts that end at 1", () => {
  assert.deepEqual(lookFractions(4), [0.25, 0.5, 0.75, 1]);
  const monitoring = { kind: "group_sequential", units: 1_000, looks: [0.3, 0.7, 1] };
  assert.deepEqual(AnalysisPlan.parse({ monitoring }).monitoring, {
    ...monitoring,
    spending: "obrien_fleming",
  });
});

test("what cannot be planned is refused with what to do", () => {
  const looks = (of: unknown) =>
    refusal({ monitoring: { kind: "group_sequential", units: 1_000, looks: of } });
  assert.match(looks(100), /at most 50 looks; "always_valid" may be looked at any time/);
  assert.match(looks(Array.from({ length: 100 }, (_, index) => (index + 1) / 100)), /at most 50 looks/);
  assert.match(looks([0.5, 0.4, 1]), /looks must rise/);
  assert.match(looks([0.5, 0.9]), /the last look is 1/);
  assert.match(refusal({ alpha: 0 }), /alpha: must be above 0/);
  assert.match(refusal({ alpha: 1 }), /alpha: must be below 1/);
  assert.match(refusal({ alpha: Number.NaN }), /alpha/);
  assert.match(refusal({ correction: "bonferoni" }), /correction/);
});
