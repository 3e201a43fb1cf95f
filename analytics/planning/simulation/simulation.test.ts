import assert from "node:assert/strict";
import { test } from "node:test";
import { PowerRequest } from "../../../protocols/power.ts";
import type { Simulation } from "../../../protocols/power-answer.ts";
import { plan, questionsOf } from "../plan.ts";
import { Chance } from "./chance.ts";
import { prepare } from "./prepare.ts";
import { addOutcomes, simulate } from "./run.ts";
import type { OwnUnits } from "./sample.ts";
import { simulated } from "./summary.ts";

function run(asked: Record<string, unknown>, own?: OwnUnits): Extract<Simulation, { kind: "simulated" }> {
  const request = PowerRequest.parse({ simulate: { replicates: 1_000, seed: 4 }, ...asked });
  const [question] = questionsOf(request, { metrics: {} });
  const [shown] = plan(request, { metrics: {} }).metrics;
  assert.ok(question !== undefined && shown !== undefined);
  const prepared = prepare(question, shown, request, own);
  assert.equal(prepared.kind, "ready", JSON.stringify(prepared));
  const said = simulated(simulate(prepared.task), prepared.task, request);
  assert.equal(said.kind, "simulated");
  return said;
}

const means = { metrics: [{ metric: "m", baseline: { kind: "mean", mean: 10, standardDeviation: 12 } }] };
const rates = { metrics: [{ metric: "m", baseline: { kind: "proportion", rate: 0.1 } }] };
const ratios = {
  metrics: [
    {
      metric: "m",
      baseline: {
        kind: "ratio",
        meanNumerator: 2,
        meanDenominator: 10,
        deviationNumerator: 2,
        deviationDenominator: 4,
        correlation: 0.5,
      },
    },
  ],
};
const covariate = { metrics: [{ ...means.metrics[0], covariateCorrelation: 0.7 }] };
const margin = { metrics: [{ ...means.metrics[0], margin: { relative: 0.1 } }] };

const fixed = { kind: "fixed" };
const planned = { kind: "group_sequential" };
const valid = { kind: "always_valid", tunedFor: 2_000 };
const cases = [
  [means, fixed],
  [means, planned],
  [means, valid],
  [rates, fixed],
  [rates, planned],
  [rates, valid],
  [ratios, fixed],
  [ratios, planned],
  [covariate, fixed],
  [covariate, valid],
  [margin, fixed],
  [margin, planned],
] as const;

test("experiments that are run as planned find the effect as often as planned, and nothing else too often", () => {
  for (const [metric, monitoring] of cases) {
    const said = run({ ...metric, monitoring, effect: { relative: metric === margin ? 0 : 0.1 } });
    const where = `${JSON.stringify(metric)} ${monitoring.kind}: ${JSON.stringify(said)}`;
    assert.deepEqual(said.remarks, [], where);
    // Four standard errors of a share of 1,000.
    assert.ok(Math.abs(said.power.value - 0.8) < 0.051, where);
    assert.ok(said.typeOne.value < (metric === margin ? 0.025 : 0.05) + 0.028, where);
    assert.ok(said.coverage.planned.value > 0.92 && said.coverage.none.value > 0.92, where);
    if (monitoring.kind !== "fixed") assert.ok(said.unitsAtStop.planned.value < said.units * 0.9, where);
  }
});

test("mean units at the stop are those that the plan expects", () => {
  const asked = { ...rates, monitoring: planned, effect: { relative: 0.1 } };
  const expected = plan(PowerRequest.parse(asked), { metrics: {} }).metrics[0]?.plan;
  assert.ok(expected?.kind === "planned");
  const { unitsAtStop } = run(asked);
  assert.ok(Math.abs(unitsAtStop.planned.value / expected.expectedUnits.planned - 1) < 0.03);
  assert.ok(Math.abs(unitsAtStop.none.value / expected.expectedUnits.none - 1) < 0.01);
});

test("drawn from single values, the planned power is found as well", () => {
  const lognormal = { replicates: 300, seed: 2, shape: "lognormal" };
  const skewed = run({ ...means, monitoring: fixed, effect: { relative: 0.1 }, simulate: lognormal });
  assert.ok(Math.abs(skewed.power.value - 0.8) < 0.1, JSON.stringify(skewed));
  const chance = new Chance(9, 9);
  const values = Float64Array.from({ length: 20_000 }, () => Math.max(0, 10 + 12 * chance.normal()));
  const others = values.map((value) => value + 5 * chance.normal());
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const baseline = { kind: "mean", mean, standardDeviation: Math.sqrt(squares / count) };
  const simulate = { replicates: 400, seed: 2, shape: "history" };
  const asked = {
    metrics: [{ metric: "m", baseline }],
    monitoring: fixed,
    effect: { relative: 0.1 },
    simulate,
  };
  const own = run(asked, { values, others });
  // A change of each value by a tenth also widens the variant's spread.
  assert.ok(own.power.value > 0.68 && own.power.value < 0.88, JSON.stringify(own));
});

test("a simulation is the same however it is cut into tasks", () => {
  const values = Float64Array.from({ length: 3_000 }, (_, index) => (index % 10 === 0 ? 1 : 0));
  for (const [shape, own] of [
    ["bernoulli", undefined],
    ["history", { values }],
  ] as const) {
    const asked = { ...rates, monitoring: valid, effect: { relative: 0.6 }, simulate: { shape } };
    const request = PowerRequest.parse(asked);
    const [question] = questionsOf(request, { metrics: {} });
    const [shown] = plan(request, { metrics: {} }).metrics;
    assert.ok(question !== undefined && shown !== undefined);
    const prepared = prepare(question, shown, request, own);
    assert.ok(prepared.kind === "ready");
    const part = (from: number, to: number) => simulate({ ...prepared.task, from, to }).planned;
    const { unitsAtStop: wholeUnits, ...whole } = part(0, 100);
    const { unitsAtStop, ...parts } = addOutcomes(part(0, 40), part(40, 100));
    assert.deepEqual(parts, whole);
    assert.ok(Math.abs(unitsAtStop.mean - wholeUnits.mean) < 1e-6);
  }
});

test("what would take too long, or does not fit, is not simulated", () => {
  const asked = (request: Record<string, unknown>) => {
    const parsed = PowerRequest.parse({ ...means, monitoring: fixed, effect: { relative: 0.1 }, ...request });
    const [question] = questionsOf(parsed, { metrics: {} });
    const [shown] = plan(parsed, { metrics: {} }).metrics;
    assert.ok(question !== undefined && shown !== undefined);
    return prepare(question, shown, parsed, undefined).kind;
  };
  const lognormal = { replicates: 20_000, shape: "lognormal" };
  assert.equal(asked({ effect: { relative: 0.001 }, simulate: lognormal }), "too_much_work");
  assert.equal(asked({ simulate: { shape: "bernoulli" } }), "shape_does_not_fit");
  assert.equal(asked({ simulate: { shape: "history" } }), "no_history");
  assert.equal(asked({ effect: { relative: 0 }, simulate: {} }), "not_planned");
});
