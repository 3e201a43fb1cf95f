import assert from "node:assert/strict";
import { test } from "node:test";
import { assertClose, expectKind } from "../testing/golden.ts";
import { plan } from "./plan.ts";
import type { PlanRequest } from "./request.ts";

const base: PlanRequest = {
  baseline: { kind: "proportion", share: 0.1 },
  effect: { kind: "relative", value: 0.05 },
};
const planned = (changes: Partial<PlanRequest> = {}) => expectKind(plan({ ...base, ...changes }), "planned");
const { effect: _, ...withoutEffect } = base;

test("a fixed plan is the closed form (57,759.9 units a variant for 10 % to 10.5 %)", () => {
  assert.deepEqual(planned().unitsPerVariant, [57_760, 57_760]);
});

test("units, power and effect are three sides of one plan", () => {
  for (const decision of [
    { kind: "fixed" },
    { kind: "group_sequential", shape: { kind: "obrien_fleming" }, looks: 5 },
    { kind: "always_valid", unitsPlanned: 200_000 },
  ] as const) {
    const { units } = planned({ decision });
    assertClose(planned({ decision, units }).power, 0.8, 1e-4, decision.kind);
    const back = expectKind(plan({ ...withoutEffect, decision, units }), "planned");
    assertClose(back.effect.relative, 0.05, 1e-4, decision.kind);
  }
});

test("a covariate saves ρ² of the units, looks cost their inflation", () => {
  const { units } = planned();
  assertClose(planned({ correlation: 0.6 }).units, units * 0.64, 1e-4);
  const sequential = planned({ decision: { kind: "group_sequential", shape: { kind: "pocock" }, looks: 5 } });
  assertClose(sequential.inflation, 1.22859261021, 1e-6);
  assertClose(sequential.units, units * 1.22859261021, 1e-4);
});

test("several variants and metrics divide alpha; days are rounded up", () => {
  const result = planned({ variants: 4, decidingMetrics: 2, unitsPerDay: 50_000 });
  assertClose(result.alpha, 0.05 / 6, 1e-14);
  assert.equal(result.unitsPerVariant.length, 4);
  assert.equal(result.days, Math.ceil(result.units / 50_000));
});

test("an uneven split costs units", () => {
  assertClose(planned({ controlShare: 0.9 }).units / planned().units, 1 / (4 * 0.9 * 0.1), 0.02);
});

test("small samples of means pay for their estimated variance", () => {
  const result = expectKind(
    plan({ baseline: { kind: "mean", mean: 10, deviation: 1 }, effect: { kind: "absolute", value: 1 } }),
    "planned",
  );
  assert.deepEqual(result.unitsPerVariant, [17, 17]);
});

test("non-inferiority needs no effect, and is one-sided", () => {
  const result = planned({
    baseline: { kind: "mean", mean: 100, deviation: 30 },
    effect: { kind: "absolute", value: 0 },
    alpha: 0.025,
    power: 0.9,
    nonInferiorityMargin: { kind: "relative", value: 0.015 },
  });
  assertClose(result.unitsPerVariant[0], 8_405.938449152496, 1e-3);
});

test("an impossible request has its reason", () => {
  const kindOf = (changes: Partial<PlanRequest>): string => {
    const answer = plan({ ...base, ...changes });
    return answer.kind === "out_of_range" ? `out_of_range ${answer.field}` : answer.kind;
  };
  assert.equal(kindOf({ alpha: 0 }), "out_of_range alpha");
  assert.equal(kindOf({ power: 1 }), "out_of_range power");
  assert.equal(kindOf({ variants: 1 }), "out_of_range variants");
  assert.equal(kindOf({ correlation: 1.5 }), "out_of_range correlation");
  assert.equal(kindOf({ controlShare: 1 }), "out_of_range controlShare");
  assert.equal(kindOf({ units: 0 }), "out_of_range units");
  assert.equal(kindOf({ unitsPerDay: 0 }), "out_of_range unitsPerDay");
  assert.equal(kindOf({ effect: { kind: "relative", value: 20 } }), "out_of_range effect");
  assert.equal(kindOf({ effect: { kind: "absolute", value: 0 } }), "out_of_range effect");
  assert.equal(kindOf({ effect: { kind: "absolute", value: Number.NaN } }), "out_of_range effect");
  assert.equal(
    kindOf({ baseline: { kind: "proportion", share: 0 }, effect: { kind: "absolute", value: 0.1 } }),
    "no_variance",
  );
  assert.equal(kindOf({ baseline: { kind: "mean", mean: 0, deviation: 1 } }), "no_baseline_for_relative");
  assert.equal(kindOf({ baseline: { kind: "mean", mean: 1, deviation: 0 } }), "no_variance");
  assert.equal(
    kindOf({ decision: { kind: "group_sequential", shape: { kind: "pocock" }, looks: 101 } }),
    "design_without_boundaries",
  );
  assert.equal(plan({ baseline: base.baseline }).kind, "underdetermined");
  assert.equal(plan({ baseline: { kind: "mean", mean: 1, deviation: 1 }, units: 2 }).kind, "out_of_reach");
});
