import assert from "node:assert/strict";
import { test } from "node:test";
import { type Baseline, PowerRequest } from "../../protocols/power.ts";
import type { MetricPlan, PlannedUnits } from "../../protocols/power-answer.ts";
import { plan } from "./plan.ts";
import { asBefore, daysUntil, steady, unitsBy } from "./traffic.ts";

type Asked = Record<string, unknown>;

const near = (actual: number, expected: number, tolerance: number): boolean =>
  Math.abs(actual - expected) <= tolerance * Math.abs(expected);

function first(metric: Asked, request: Asked = {}): MetricPlan {
  const asked = { metrics: [{ metric: "m", ...metric }], monitoring: { kind: "fixed" }, ...request };
  const [found] = plan(PowerRequest.parse(asked), { metrics: {} }).metrics;
  assert.ok(found !== undefined);
  return found;
}

function units(metric: Asked, request: Asked = {}): PlannedUnits {
  const { plan: planned } = first(metric, request);
  assert.equal(planned?.kind, "planned", JSON.stringify(planned));
  return planned;
}

const mean = { kind: "mean", mean: 10, standardDeviation: 10 } satisfies Baseline;
const rate = { kind: "proportion", rate: 0.1 } satisfies Baseline;
const plain = (planned: PlannedUnits): number => planned.steps.at(-1)?.units ?? Number.NaN;

test("units of means, rates and margins are those of other tools", () => {
  // statsmodels TTestIndPower, effect size 0.2; its pooled z test of 10 % against 10.5 %; the closed form of a margin.
  assert.ok(
    near(plain(units({ baseline: mean }, { effect: { relative: 0.2 } })), 2 * 393.4056930002516, 1e-5),
  );
  assert.ok(
    near(plain(units({ baseline: rate }, { effect: { relative: 0.05 } })), 2 * 57762.65145412959, 1e-6),
  );
  const margin = { baseline: { kind: "mean", mean: 1, standardDeviation: 1 }, margin: { absolute: 0.05 } };
  assert.ok(near(plain(units(margin, { power: 0.9 })), 2 * 8405.938449152496, 1e-3));
});

test("a covariate leaves 1 − ρ² of the units, planned looks cost their inflation", () => {
  const effect = { absolute: 0.1 };
  const whole = units({ baseline: mean }, { effect });
  const reduced = units({ baseline: mean, covariateCorrelation: 0.6 }, { effect });
  assert.ok(near(plain(reduced) / plain(whole), 0.64, 1e-3));
  // rpact: O'Brien-Fleming spending, five equal looks.
  const looks = { kind: "group_sequential", looks: 5 };
  const factor = units({ baseline: mean }, { effect, monitoring: looks }).steps.at(-1)?.factor ?? 0;
  assert.ok(factor > 1.02 && factor < 1.03, `${factor}`);
  const off = units({ baseline: mean, covariateCorrelation: 0.6 }, { effect, cuped: false });
  assert.equal(plain(off), plain(whole));
});

test("alpha is split over metrics and variants, and the smallest variant decides", () => {
  const request = { effect: { relative: 0.05 }, weights: [5_000, 4_000, 1_000] };
  const three = first({ baseline: rate }, request);
  assert.equal(three.alpha, 0.025);
  assert.ok(three.plan?.kind === "planned");
  const [, larger = 0, smaller = 0] = three.plan.unitsPerVariant;
  assert.ok(near(larger, 4 * smaller, 1e-3));
  assert.equal(first({ baseline: rate }, { ...request, correction: "none" }).alpha, 0.05);
});

test("the smallest change that is found at the planned units is the planned change", () => {
  const monitorings = [{ kind: "fixed" }, { kind: "group_sequential" }, { kind: "always_valid" }];
  for (const monitoring of monitorings)
    for (const baseline of [mean, rate]) {
      const effect = { relative: -0.05 };
      const planned = units({ baseline }, { effect, monitoring });
      const at = first({ baseline }, { effect, monitoring, units: planned.units }).atUnits;
      assert.ok(at?.mde.kind === "found");
      assert.ok(near(at.mde.relative ?? 0, -0.05, 1e-3), JSON.stringify(at));
      assert.ok(near(at.power ?? 0, 0.8, 1e-3));
    }
});

test("an always-valid plan that is tuned near its end needs fewer units", () => {
  const monitoring = { kind: "always_valid" };
  const { better, units: asked } = units({ baseline: rate }, { effect: { relative: 0.02 }, monitoring });
  assert.ok(better !== undefined && better.units < asked);
  const tuned = { ...monitoring, tunedFor: better.tunedFor };
  assert.ok(
    near(
      units({ baseline: rate }, { effect: { relative: 0.02 }, monitoring: tuned }).units,
      better.units,
      1e-3,
    ),
  );
});

const noPlan: readonly (readonly [string, Baseline, Asked])[] = [
  ["zero_baseline", { kind: "proportion", rate: 0 }, {}],
  ["no_variance", { kind: "proportion", rate: 0 }, { effect: { absolute: 0 } }],
  ["zero_baseline", { ...mean, mean: 0 }, {}],
  ["no_variance", { ...mean, standardDeviation: 0 }, {}],
  ["no_effect", mean, { effect: { relative: 0 } }],
  ["rate_out_of_range", { kind: "proportion", rate: 0.99 }, {}],
  ["too_many_units", { ...mean, mean: 1e-15 }, {}],
  ["not_finite", { ...mean, standardDeviation: 1e200 }, {}],
  ["power_not_above_alpha", mean, { power: 0.01 }],
];
test("what cannot be planned has a reason", () => {
  for (const [kind, baseline, request] of noPlan)
    assert.equal(first({ baseline }, { effect: { relative: 0.05 }, ...request }).plan?.kind, kind, kind);
  const ratio = {
    kind: "ratio",
    meanNumerator: 1,
    meanDenominator: 0,
    deviationNumerator: 1,
    deviationDenominator: 1,
  };
  const zero = first({ baseline: { ...ratio, correlation: 0 } }, { effect: { relative: 0.05 } });
  assert.equal(zero.plan?.kind, "zero_denominator");
  const beyond = { baseline: mean, margin: { relative: 0.02 }, effect: { relative: -0.03 } };
  assert.equal(first(beyond).plan?.kind, "beyond_margin");
  assert.equal(first({ baseline: mean }).plan, undefined);
});

test("every number of a plan is finite, whatever is asked", () => {
  for (const baseline of [
    mean,
    rate,
    { ...mean, mean: 1e15 },
    { ...mean, mean: -3 },
    { kind: "proportion", rate: 1e-12 },
  ])
    for (const kind of ["fixed", "always_valid"]) {
      const found = first(
        { baseline },
        { effect: { relative: 0.1 }, monitoring: { kind }, unitsPerDay: 3, days: 3 },
      );
      JSON.stringify(found, (_, value: unknown) => {
        assert.ok(typeof value !== "number" || Number.isFinite(value), JSON.stringify(baseline));
        return value;
      });
    }
});

test("units come as they came, and then as in the last week", () => {
  const traffic = asBefore([70, 50, 40, 30, 20, 20, 20, 20, 20], 0.5);
  assert.equal(unitsBy(traffic, 2), 60);
  assert.ok(near(traffic.perDay, (40 + 30 + 20 * 5) / 7 / 2, 1e-12));
  assert.equal(daysUntil(traffic, 60), 2);
  assert.equal(daysUntil(steady(10), 95), 10);
  assert.equal(daysUntil(steady(1e-3), 1e6), undefined);
});
