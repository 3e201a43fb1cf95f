import assert from "node:assert/strict";
import { test } from "node:test";
import { CounterRandom } from "../special/counter-random.ts";
import { assertClose, expectKind } from "../testing/golden.ts";
import { normalPopulation, sample } from "../testing/simulations/populations.ts";
import { quantileOf } from "./order-statistics.ts";
import { clusteredQuantile, groupQuantile, quantileDifference, quantileUnitsMin } from "./quantile.ts";

const values = sample(normalPopulation, 500, new CounterRandom(3));

test("a quantile lies on the line between its order statistics", () => {
  assert.equal(quantileOf([1, 2, 4], 0), 1);
  assert.equal(quantileOf([1, 2, 4], 0.75), 3);
  assert.equal(quantileOf([1, 2, 4], 1), 4);
  assert.equal(quantileOf([5], 0.3), 5);
});

test("the outer interval needs as many units as its two order statistics", () => {
  assert.equal(quantileUnitsMin(0.5), 4);
  assert.equal(quantileUnitsMin(0.99), 381);
  assert.deepEqual(groupQuantile(values.slice(0, 380), 0.99), {
    kind: "too_few_units",
    units: 380,
    unitsMin: 381,
  });
  assert.equal(groupQuantile(values, 0.99).kind, "quantile");
});

test("one value a cluster is no clustering; every value five times is five times the variance", () => {
  const plain = expectKind(groupQuantile(values, 0.5), "quantile");
  const moments = (share: number, count: number, size: number) => ({
    count,
    meanNumerator: share * size,
    meanDenominator: size,
    squaredNumerator: share * (1 - share) * size * size * count,
    squaredDenominator: 0,
    crossDeviations: 0,
  });
  const single = expectKind(clusteredQuantile(values, 0.5, moments(0.5, 500, 1)), "quantile");
  assertClose(single.variance, plain.variance * (500 / 499), 1e-9, "single");
  const fivefold = expectKind(clusteredQuantile(values, 0.5, moments(0.5, 100, 5)), "quantile");
  assertClose(fivefold.variance, plain.variance * 5 * (100 / 99), 1e-9, "fivefold");
});

test("many equal values say nothing of their quantile's difference", () => {
  const equal = expectKind(groupQuantile(new Float64Array(100).fill(2), 0.5), "quantile");
  assert.deepEqual(quantileDifference(equal, { ...equal, quantile: 3 }, 0.05), {
    kind: "no_variance",
    difference: 1,
  });
});

test("a share that is none, and an alpha that is none, are reasons", () => {
  assert.deepEqual(groupQuantile(values, 1), { kind: "share_out_of_range", share: 1 });
  assert.deepEqual(groupQuantile(values, 0.5, 0), { kind: "alpha_out_of_range", alpha: 0 });
});
