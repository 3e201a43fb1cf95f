import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../protocols/testing/properties.ts";
import { betaCdf, gammaLower, logBeta } from "../special/special.ts";
import { assertClose, expectKind } from "../testing/golden.ts";
import { betaArm, gammaArm } from "./arm.ts";
import { normalPosterior, posteriorOf } from "./normal.ts";
import { betaBinomial, gammaPoisson, uniformPrior } from "./rates.ts";

/** P(B > A) for a whole number of successes of B: Miller's finite sum. */
function miller(aA: number, bA: number, aB: number, bB: number): number {
  let sum = 0;
  for (let i = 0; i < aB; i++)
    sum += Math.exp(logBeta(aA + i, bA + bB) - Math.log(bB + i) - logBeta(1 + i, bB) - logBeta(aA, bA));
  return sum;
}

const count = fc.integer({ min: 0, max: 60 });

test("the chance to win is the closed form's, from no data to far tails", () => {
  fc.assert(
    fc.property(count, count, count, count, (xA, yA, xB, yB) => {
      const arms = [
        { count: xA + yA, successes: xA },
        { count: xB + yB, successes: xB },
      ];
      const result = expectKind(betaBinomial(arms, uniformPrior, 0.05), "posterior");
      assertClose(
        result.arms[1]?.probabilityBest,
        miller(1 + xA, 1 + yA, 1 + xB, 1 + yB),
        1e-9,
        "chance",
        1e-12,
      );
      const [a, b] = result.arms;
      assertClose(
        (a?.mean ?? 0) + (a?.expectedLoss ?? 0),
        (b?.mean ?? 0) + (b?.expectedLoss ?? 0),
        1e-11,
        "maximum",
      );
    }),
    { numRuns: 60 },
  );
});

test("losses keep their digits where the closed form subtracts two equal numbers", () => {
  const arms = [
    { count: 10_000, successes: 1_000 },
    { count: 10_000, successes: 1_500 },
  ];
  const result = expectKind(betaBinomial(arms, uniformPrior, 0.05), "posterior");
  // mpmath 1.3, 60 digits, by the closed form.
  assertClose(result.arms[1]?.expectedLoss, 1.76515631195949e-30, 1e-8, "loss");
  assertClose(result.arms[0]?.probabilityBest, 4.10166162220203e-27, 1e-8, "chance");
});

test("densities of both families integrate to their distribution functions", () => {
  for (const [arm, cdf] of [
    [betaArm(0.5, 3), (u: number) => betaCdf(1 / (1 + Math.exp(-u)), 0.5, 3)],
    [betaArm(40, 900), (u: number) => betaCdf(1 / (1 + Math.exp(-u)), 40, 900)],
    [gammaArm(0.7, 2), (u: number) => gammaLower(0.7, 2 * Math.exp(u))],
    [gammaArm(500, 3), (u: number) => gammaLower(500, 3 * Math.exp(u))],
  ] as const) {
    const step = arm.scale * 1e-4;
    for (const z of [-2, 0, 1]) {
      const u = arm.centre + z * arm.scale;
      assertClose(arm.density(u), (cdf(u + step) - cdf(u - step)) / (2 * step), 1e-6, "density");
      assertClose(arm.lower(u) + arm.upper(u), 1, 1e-13, "tails");
    }
  }
});

test("equal arms are best equally often, and the order of arms does not matter", () => {
  const arm = { count: 50, successes: 7 };
  const three = expectKind(betaBinomial([arm, arm, arm], uniformPrior, 0.05), "posterior");
  for (const { probabilityBest } of three.arms) assertClose(probabilityBest, 1 / 3, 1e-9, "chance");
  const rates = [
    { events: 4, exposure: 10 },
    { events: 9, exposure: 12 },
    { events: 0, exposure: 3 },
  ];
  const prior = { shape: 0.5, rate: 0.1 };
  const one = expectKind(gammaPoisson(rates, prior, 0.05), "posterior");
  const other = expectKind(gammaPoisson(rates.toReversed(), prior, 0.05), "posterior");
  for (const [index, { expectedLoss }] of one.arms.entries())
    assertClose(other.arms[2 - index]?.expectedLoss, expectedLoss, 1e-9, "loss");
});

test("a normal loss is right forty standard deviations out", () => {
  // E max(0, −X) = φ(z)/z² (1 − 3/z² + 15/z⁴ − 105/z⁶ …) for large z.
  const z = 30;
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const series = (density / z ** 2) * (1 - 3 / z ** 2 + 15 / z ** 4 - 105 / z ** 6 + 945 / z ** 8);
  const result = posteriorOf(z, 1, 0.05);
  assertClose(result.lossVariant, series, 1e-10, "loss");
  assertClose(result.lossControl, z, 1e-12, "other loss");
  assert.ok(result.chanceToLose > 0 && result.chanceToLose < 1e-190);
});

test("both losses differ by the mean", () => {
  for (const mean of [-2, -0.1, 0, 0.3, 5]) {
    const { lossControl, lossVariant } = posteriorOf(mean, 0.7, 0.05);
    assertClose(lossControl - lossVariant, mean, 1e-12, "mean", 1e-14);
  }
});

test("a prior as sharp as the data meets it half way, and a vague one leaves it", () => {
  const estimate = { value: 1, variance: 0.04 };
  const half = expectKind(normalPosterior(estimate, { mean: 0, variance: 0.04 }, 0.05), "posterior");
  assert.deepEqual([half.mean, half.standardDeviation], [0.5, Math.sqrt(0.02)]);
  const vague = expectKind(normalPosterior(estimate, { mean: 0, variance: 1e30 }, 0.05), "posterior");
  assert.deepEqual(vague, expectKind(normalPosterior(estimate, undefined, 0.05), "posterior"));
});

test("impossible input is a reason", () => {
  assert.deepEqual(normalPosterior({ value: 1, variance: 0 }, undefined, 0.05), {
    kind: "no_variance",
    difference: 1,
  });
  assert.deepEqual(normalPosterior({ value: 1, variance: 1 }, { mean: 0, variance: 0 }, 0.05), {
    kind: "bad_prior",
  });
  assert.equal(normalPosterior({ value: Number.NaN, variance: 1 }, undefined, 0.05).kind, "not_finite");
  assert.equal(normalPosterior({ value: 1, variance: 1 }, undefined, 0).kind, "alpha_out_of_range");
  const arm = { count: 5, successes: 2 };
  assert.equal(betaBinomial([arm, arm], { alpha: 0, beta: 1 }, 0.05).kind, "bad_prior");
  assert.equal(betaBinomial([arm, { count: 5, successes: 6 }], uniformPrior, 0.05).kind, "impossible_counts");
  assert.equal(betaBinomial([arm], uniformPrior, 0.05).kind, "too_few_arms");
  assert.equal(betaBinomial([arm, arm], uniformPrior, 1).kind, "alpha_out_of_range");
  assert.equal(
    gammaPoisson([{ events: -1, exposure: 1 }], { shape: 1, rate: 1 }, 0.05).kind,
    "impossible_counts",
  );
  assert.equal(gammaPoisson([], { shape: 1, rate: 0 }, 0.05).kind, "bad_prior");
});
