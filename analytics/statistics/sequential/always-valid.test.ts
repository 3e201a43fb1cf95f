import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../protocols/testing/properties.ts";
import { assertClose, expectKind } from "../testing/golden.ts";
import { anytimeTPValue, anytimeTRadius, anytimeZRadius, logAnytimeE } from "./anytime-t.ts";
import { confidenceSequence } from "./asymptotic.ts";
import { bernoulliSequence, quantileRanks } from "./bernoulli-sequence.ts";
import { meanEvidence, pOfEvidence, productEvidence } from "./evidence.ts";
import { hybridInterval } from "./hybrid.ts";
import {
  betaBinomialBound,
  betaBinomialSize,
  logBetaBinomialMixture,
  logNormalMixture,
  normalMixtureBound,
  normalMixtureRho,
} from "./howard-mixtures.ts";
import { exactRhoSquared, logMixtureRatio, mixtureMultiplier, pOfLogE } from "./mixture.ts";
import { bernoulliLogLikelihoodRatio, logLikelihoodRatio } from "./msprt.ts";

const plan = { alpha: 0.05, unitsPlanned: 5_000 };

test("the interval excludes 0 exactly when the p-value is below alpha", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -8, max: 8, noNaN: true }),
      fc.integer({ min: 2, max: 1e7 }),
      fc.constantFrom(1 as const, 2 as const),
      (effect, units, sides) => {
        const answer = expectKind(
          confidenceSequence({ effect, standardError: 1, units }, { ...plan, sides }),
          "estimated",
        );
        if (Math.abs(answer.pValue - 0.05) < 1e-9) return;
        assert.equal(answer.lower > 0 || answer.upper < 0, answer.pValue < 0.05);
      },
    ),
  );
});

test("the exact rho makes the interval narrowest where it was planned", () => {
  const radiusAt = (rhoSquared: number): number => mixtureMultiplier(5_000 * rhoSquared, 0.05);
  const best = exactRhoSquared(5_000, 0.05);
  for (const factor of [0.9, 0.99, 1.01, 1.1]) assert.ok(radiusAt(best * factor) > radiusAt(best));
});

test("no sequence without variance, units or a level", () => {
  const kindOf = (estimate: object, changes: object = {}): string =>
    confidenceSequence({ effect: 1, standardError: 1, units: 10, ...estimate }, { ...plan, ...changes }).kind;
  assert.equal(kindOf({ standardError: 0 }), "no_variance");
  assert.equal(kindOf({ standardError: Number.NaN }), "no_variance");
  assert.equal(kindOf({ units: 1 }), "too_few_units");
  assert.equal(kindOf({}, { alpha: 1 }), "alpha_out_of_range");
  assert.equal(kindOf({}, { alpha: 0.6, sides: 1 }), "alpha_out_of_range");
  assert.equal(kindOf({}, { unitsPlanned: 0 }), "plan_out_of_range");
});

test("evidence far beyond the range of doubles stays a number, and p is never 0", () => {
  assert.ok(Number.isFinite(logLikelihoodRatio(1e3, 1e-8, 1) ?? Number.NaN));
  assert.equal(pOfLogE(1e9), Number.MIN_VALUE);
  assert.equal(pOfLogE(-3), 1);
  const answer = expectKind(
    confidenceSequence({ effect: 1e15, standardError: 1e-3, units: 1e6 }, plan),
    "estimated",
  );
  assert.equal(answer.pValue, Number.MIN_VALUE);
});

test("a likelihood ratio needs variance", () => {
  assert.equal(logLikelihoodRatio(1, 0, 1), undefined);
  assert.equal(bernoulliLogLikelihoodRatio({ count: 9, share: 0 }, { count: 9, share: 0 }, 0.01), undefined);
  assertClose(logLikelihoodRatio(0.3, 0.02, 0.04), logMixtureRatio(0.3 / Math.sqrt(0.02), 2), 1e-15);
});

test("the anytime-valid t has its radius where p is alpha, and comes to that of known variance", () => {
  for (const units of [5, 20, 1_000, 1e6]) {
    const model = { units, coefficients: 2, g: 300 };
    const radius = anytimeTRadius(0.05, model);
    if (radius === undefined) assert.ok(units < 100);
    else assertClose(anytimeTPValue(radius, model), 0.05, 1e-9, `${units} units`);
  }
  assertClose(
    anytimeTRadius(0.05, { units: 1e8, coefficients: 2, g: 300 }),
    anytimeZRadius(0.05, 1e8, 300),
    1e-6,
  );
  assert.equal(anytimeTRadius(0.05, { units: 2, coefficients: 2, g: 1 }), undefined);
  assert.equal(logAnytimeE(1, { units: 2, coefficients: 2, g: 1 }), undefined);
  assert.ok(Number.isFinite(logAnytimeE(1e200, { units: 50, coefficients: 2, g: 1 }) ?? Number.NaN));
});

test("Howard's mixtures reach 1/alpha at their bounds, one-sided and two-sided", () => {
  for (const sides of [1, 2] as const) {
    const rho = normalMixtureRho(100, 0.05, sides);
    const bound = normalMixtureBound(250, rho, 0.01, sides) ?? Number.NaN;
    assertClose(logNormalMixture(bound, 250, rho, sides), -Math.log(0.01), 1e-10);
    const mixture = { g: 0.2, h: 0.8, sides, size: betaBinomialSize(100, 0.05, 0.2, 0.8, sides) };
    const sum = betaBinomialBound(250, mixture, 0.01);
    assertClose(logBetaBinomialMixture(sum, 250, mixture), -Math.log(0.01), 1e-10);
  }
  assert.ok((normalMixtureBound(100, 12, 0.05, 1) ?? 99) < (normalMixtureBound(100, 12, 0.05, 2) ?? 0));
});

test("a Bernoulli sequence reaches to 0 and 1 where nobody or everybody succeeded", () => {
  assert.equal(bernoulliSequence(0, 20, 0.05, 20)?.lower, 0);
  assert.equal(bernoulliSequence(20, 20, 0.05, 20)?.upper, 1);
  assert.equal(bernoulliSequence(21, 20, 0.05, 20), undefined);
  const [zero, all] = [bernoulliSequence(0, 20, 0.05, 20), bernoulliSequence(20, 20, 0.05, 20)];
  assertClose(zero?.upper, 1 - (all?.lower ?? 0), 1e-9);
});

test("a quantile's ranks enclose it, are mirrored, and are open while values are few", () => {
  assert.deepEqual(quantileRanks(3, 0.5, 0.05, 100), {});
  const median = quantileRanks(1_000, 0.5, 0.05, 1_000);
  assert.ok((median?.lower ?? 999) < 500 && (median?.upper ?? 0) > 500);
  assert.equal((median?.lower ?? 0) + (median?.upper ?? 0), 1_001);
  const [low, high] = [0.1, 0.9].map((share) => quantileRanks(2_000, share, 0.05, 1_000));
  assert.equal((low?.lower ?? 0) + (high?.upper ?? 0), 2_001);
  assert.equal(quantileRanks(10, 1, 0.05, 10), undefined);
});

test("evidence averages and multiplies; none is none", () => {
  assert.equal(meanEvidence([1, 3]), 2);
  assert.equal(productEvidence([2, 3]), 6);
  assert.equal(meanEvidence([]), undefined);
  assert.equal(productEvidence([]), undefined);
  assert.equal(pOfEvidence(0.5), 1);
  assert.equal(pOfEvidence(Number.POSITIVE_INFINITY), Number.MIN_VALUE);
});

test("the hybrid is a tenth wider at its end than a test without looks, and says why it says nothing", () => {
  const estimate = { effect: 0, standardError: 1, units: 5_000 };
  const ended = expectKind(hybridInterval(estimate, { ...plan, ended: true }), "estimated");
  assertClose(ended.upper / 1.96, 1.14, 0.01);
  const running = expectKind(hybridInterval(estimate, { ...plan, ended: false }), "estimated");
  assert.ok(running.upper > ended.upper);
  assert.equal(
    hybridInterval({ ...estimate, standardError: 0 }, { ...plan, ended: true }).kind,
    "no_variance",
  );
});
