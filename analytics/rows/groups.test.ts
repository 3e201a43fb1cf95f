import assert from "node:assert/strict";
import { test } from "node:test";
import { momentsOf, pairMomentsOf, pooledCap, quantileGroup } from "./groups.ts";

const rowsOf = (values: readonly number[], units?: readonly number[]) => ({
  starts: [0, values.length],
  values: Float64Array.from(values),
  covariates: [],
  ...(units === undefined ? {} : { units: Uint32Array.from(units) }),
});
const near = (found: number, expected: number): void =>
  assert.ok(Math.abs(found - expected) <= 1e-12 * Math.abs(expected), `${found} is not ${expected}`);

test("an offset of a billion costs the deviations no digit", () => {
  const { mean, squaredDeviations } = momentsOf(Float64Array.of(1e9 + 1, 1e9 + 2, 1e9 + 4));
  near(mean, 1e9 + 7 / 3);
  near(squaredDeviations, 14 / 3);
});

test("tiny and huge values keep their deviations", () => {
  near(momentsOf(Float64Array.of(1e-15, 3e-15)).squaredDeviations, 2e-30);
  near(momentsOf(Float64Array.of(1e15, 3e15)).squaredDeviations, 2e30);
});

test("pairs of which one follows the other have the products of their deviations", () => {
  const pairs = pairMomentsOf(Float64Array.of(2, 4, 6), Float64Array.of(1, 2, 3));
  assert.deepEqual([pairs.squaredNumerator, pairs.squaredDenominator, pairs.crossDeviations], [8, 2, 4]);
});

test("nobody has no moments, no cap, and too few units for a percentile", () => {
  assert.deepEqual(momentsOf(new Float64Array()), { count: 0, mean: 0, squaredDeviations: 0 });
  assert.equal(pooledCap(rowsOf([]), 0.99), undefined);
  assert.equal(quantileGroup(rowsOf([]), 0.5).kind, "too_few_units");
});

test("values that repeat within a unit make a percentile less certain", () => {
  const singles = Array.from({ length: 400 }, (_, index) => (index * 37) % 401);
  const alone = quantileGroup(
    rowsOf(
      singles,
      singles.map((_, index) => index),
    ),
    0.5,
  );
  const doubled = singles.flatMap((value) => [value, value]);
  const clustered = quantileGroup(
    rowsOf(
      doubled,
      doubled.map((_, index) => Math.floor(index / 2)),
    ),
    0.5,
  );
  assert.ok(alone.kind === "quantile" && clustered.kind === "quantile");
  const gain = clustered.variance / alone.variance;
  assert.ok(gain > 0.8 && gain < 1.25, `${gain}: twice the same says no more than once`);
});
