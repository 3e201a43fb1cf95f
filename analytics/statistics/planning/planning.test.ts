import assert from "node:assert/strict";
import { test } from "node:test";
import { assertClose, expectKind } from "../testing/golden.ts";
import { alwaysValidPower } from "./always-valid-power.ts";
import {
  detectableDifference,
  nonInferiorityUnits,
  proportionUnits,
  standardErrorsNeeded,
} from "./closed-forms.ts";
import { midExperimentPower } from "./mid-experiment.ts";
import { tPower, tUnits, zPower, zUnits } from "./power.ts";

const comparison = { effectSize: 0.3, alpha: 0.05, sides: 2, ratio: 1.5 } as const;

test("the units asked for give the power asked for", () => {
  for (const sides of [1, 2] as const)
    for (const power of [0.1, 0.5, 0.8, 0.99]) {
      const asked = { ...comparison, sides };
      assertClose(zPower(zUnits(asked, power) ?? 0, asked), power, 1e-9, `z ${power}`);
      assertClose(tPower(tUnits(asked, power) ?? 0, asked), power, 1e-9, `t ${power}`);
    }
});

test("t needs more units than z, and hardly more when many", () => {
  const [z = 0, t = 0] = [zUnits(comparison, 0.8), tUnits(comparison, 0.8)];
  assert.ok(t > z && t < z + 2);
});

test("huge effects need the fewest units there can be, tiny ones many", () => {
  assert.ok((tUnits({ ...comparison, effectSize: 50 }, 0.8) ?? 99) < 3);
  assertClose(zUnits({ ...comparison, effectSize: 1e-6, ratio: 1 }, 0.8), 2 * 7.848879734349e12, 1e-5);
});

test("no effect, no level and no power have no number of units", () => {
  assert.equal(zUnits({ ...comparison, effectSize: 0 }, 0.8), undefined);
  assert.equal(tUnits({ ...comparison, effectSize: -1, sides: 1 }, 0.8), undefined);
  assert.equal(zUnits(comparison, 1), undefined);
  assert.equal(zUnits(comparison, 0.01), undefined);
  assert.equal(zPower(10, { ...comparison, alpha: 0 }), undefined);
  assert.equal(tPower(0.5, comparison), undefined);
  assert.equal(standardErrorsNeeded({ alpha: 0.05, power: 0.01, sides: 2 }), undefined);
});

test("a covariate of correlation ρ leaves √(1 − ρ²) of the detectable difference", () => {
  const groups = [
    { variance: 4, units: 100 },
    { variance: 5, units: 300 },
  ];
  const errors = { alpha: 0.05, power: 0.8, sides: 2 } as const;
  const plain = detectableDifference(groups, errors) ?? 0;
  assertClose(detectableDifference(groups, errors, 0.8), plain * 0.6, 1e-14);
  assert.equal(detectableDifference([{ variance: 1, units: 0 }], errors), undefined);
});

test("shares that are equal or impossible have no number of units", () => {
  const errors = { alpha: 0.05, power: 0.8, sides: 2 } as const;
  assert.equal(proportionUnits(0.1, 0.1, errors), undefined);
  assert.equal(proportionUnits(0.1, 1.1, errors), undefined);
  assert.ok((proportionUnits(0, 0.05, errors)?.unpooled ?? 0) > 0);
});

test("being really better makes it easier to show that one is not worse", () => {
  const errors = { alpha: 0.025, power: 0.9 };
  const even = nonInferiorityUnits(1, 0.05, 0, errors) ?? 0;
  assertClose(nonInferiorityUnits(1, 0.05, 0.05, errors), even / 4, 1e-12);
  assert.equal(nonInferiorityUnits(1, 0.05, -0.05, errors), undefined);
});

test("an experiment that runs needs nothing more once it has its power", () => {
  const state = { effect: 1, standardError: 0.2, units: 100, alpha: 0.05, power: 0.8 };
  assert.equal(expectKind(midExperimentPower(state), "estimated").growth, 0);
  const weak = expectKind(midExperimentPower({ ...state, effect: 0.1 }), "estimated");
  const then = midExperimentPower({
    ...state,
    effect: 0.1,
    standardError: 0.2 / Math.sqrt(1 + weak.growth),
    power: 0.8 - 1e-9,
  });
  assert.equal(expectKind(then, "estimated").growth, 0);
  assert.equal(midExperimentPower({ ...state, effect: 1e-9 }).kind, "out_of_reach");
  assert.equal(midExperimentPower({ ...state, effect: 0 }).kind, "out_of_range");
  assert.equal(midExperimentPower({ ...state, standardError: 0 }).kind, "out_of_range");
});

test("always-valid power grows with units and asks for sense", () => {
  const plan = { alpha: 0.05, unitsPlanned: 1_000 };
  const powers = [100, 1_000, 10_000].map(
    (units) => alwaysValidPower(0.1, 2 / Math.sqrt(units), units, plan) ?? 0,
  );
  assert.deepEqual(
    powers,
    powers.toSorted((a, b) => a - b),
  );
  assert.equal(alwaysValidPower(0.1, 0, 10, plan), undefined);
});
