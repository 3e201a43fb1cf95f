import assert from "node:assert/strict";
import { test } from "node:test";
import { quantileReplicatesOf, weightedQuantile } from "./bootstrap-quantile.ts";
import { quantileOf } from "./order-statistics.ts";
import { replicateWord, unitWords, weightTable } from "./poisson-weights.ts";

/** The weight of a unit in a replicate, as in the means' bootstrap. */
function weightOf(unit: number, replicate: number, seed: number): number {
  const { low, high } = unitWords(unit + 1, 0);
  let hash = Math.imul((low[unit] ?? 0) ^ replicateWord(Math.floor(replicate / 2), seed), 0x85ebca6b);
  hash = Math.imul((hash ^ (hash >>> 15)) + (high[unit] ?? 0), 0xc2b2ae35);
  hash ^= hash >>> 16;
  return weightTable()[replicate % 2 === 0 ? hash & 0xffff : hash >>> 16] ?? 0;
}

const values = Array.from({ length: 40 }, (_, index) => index ** 2 / 7);

test("a replicate's quantile is that of the list with each value as often as its unit's weight", () => {
  const found = quantileReplicatesOf({ values, unitCount: 40, firstUnit: 0 }, 0.9, {
    from: 0,
    to: 9,
    seed: 3,
  });
  const expected = Array.from({ length: 9 }, (_, replicate) =>
    quantileOf(
      values.flatMap((value, unit) => Array.from({ length: weightOf(unit, replicate, 3) }, () => value)),
      0.9,
    ),
  );
  assert.deepEqual([...found], expected);
});

test("values of one unit come and go together", () => {
  const units = values.map((_, index) => index % 10);
  const found = quantileReplicatesOf({ values, units, unitCount: 10, firstUnit: 0 }, 0.5, {
    from: 2,
    to: 6,
    seed: 1,
  });
  const expected = Array.from({ length: 4 }, (_, replicate) =>
    quantileOf(
      values.flatMap((value, index) =>
        Array.from({ length: weightOf(index % 10, replicate + 2, 1) }, () => value),
      ),
      0.5,
    ),
  );
  assert.deepEqual([...found], expected);
});

test("ranges of replicates put side by side are the whole", () => {
  const sorted = { values, unitCount: 40, firstUnit: 100 };
  const range = (from: number, to: number) => [...quantileReplicatesOf(sorted, 0.25, { from, to, seed: 9 })];
  assert.deepEqual([...range(0, 4), ...range(4, 10)], range(0, 10));
});

test("a replicate in which nobody counts has no quantile", () => {
  assert.equal(weightedQuantile([1, 2], Uint8Array.of(0, 0), 0, 0.5), Number.NaN);
});
