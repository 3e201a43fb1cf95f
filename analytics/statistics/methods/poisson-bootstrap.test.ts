import assert from "node:assert/strict";
import { test } from "node:test";
import { CounterRandom } from "../special/counter-random.ts";
import { meanSummaryOf } from "../testing/arbitraries.ts";
import { assertClose, expectKind } from "../testing/golden.ts";
import { sample, skewedPopulation } from "../testing/simulations/populations.ts";
import { variance } from "../moments.ts";
import { bootstrapDifference, replicatesOf } from "./poisson-bootstrap.ts";
import { weightTable } from "./poisson-weights.ts";

const values = sample(skewedPopulation, 2_000, new CounterRandom(11));
const spread = (replicates: Float64Array): number => Math.sqrt(variance(meanSummaryOf([...replicates])) ?? 0);

test("weights have mean 1 and variance 1 exactly, and Poisson's probabilities to 3e-4", () => {
  const table = weightTable();
  const mean = table.reduce((sum, weight) => sum + weight, 0) / table.length;
  const square = table.reduce((sum, weight) => sum + weight * weight, 0) / table.length;
  assert.deepEqual([mean, square - mean ** 2], [1, 1]);
  let probability = Math.exp(-1);
  for (let weight = 0; weight < 9; weight++) {
    const share = table.filter((value) => value === weight).length / table.length;
    assert.ok(Math.abs(share - probability) < 3e-4);
    probability /= weight + 1;
  }
});

test("any split into ranges gives the same replicates to the last bit", () => {
  const group = { values, firstUnit: 500 };
  const whole = replicatesOf(group, { from: 0, to: 50, seed: 9 });
  const parts = [
    replicatesOf(group, { from: 0, to: 20, seed: 9 }),
    replicatesOf(group, { from: 20, to: 50, seed: 9 }),
  ];
  assert.deepEqual(
    [...whole],
    parts.flatMap((part) => [...part]),
  );
  assert.notDeepEqual([...whole], [...replicatesOf(group, { from: 0, to: 50, seed: 10 })]);
});

test("replicates vary as a mean does, and neighbours do not go together", () => {
  const replicates = replicatesOf({ values, firstUnit: 0 }, { from: 0, to: 4_000, seed: 1 });
  const error = Math.sqrt((variance(meanSummaryOf([...values])) ?? 0) / values.length);
  assertClose(spread(replicates), error, 0.04, "standard error");
  const pairs = Float64Array.from(
    { length: 2_000 },
    (_, pair) => (replicates[2 * pair] ?? 0) - (replicates[2 * pair + 1] ?? 0),
  );
  assertClose(spread(pairs), error * Math.SQRT2, 0.06, "difference of neighbours");
});

test("an offset of a billion moves the replicates and not their spread", () => {
  const range = { from: 0, to: 200, seed: 4 };
  const plain = replicatesOf({ values, firstUnit: 0 }, range);
  const moved = replicatesOf({ values: values.map((value) => value + 1e9), firstUnit: 0 }, range);
  assertClose(spread(moved), spread(plain), 1e-5, "spread");
});

test("a ratio that is constant has no spread", () => {
  const denominators = values.map((value) => value / 2);
  const replicates = replicatesOf({ values, denominators, firstUnit: 0 }, { from: 0, to: 400, seed: 4 });
  for (const ratio of replicates) assertClose(ratio, 2, 1e-12, "ratio");
  const group = { units: 2_000, replicates };
  assert.equal(bootstrapDifference(0, group, group, 0.05).kind, "no_variance");
});

test("the interval lies around the difference; too few replicates or units are reasons", () => {
  const of = (firstUnit: number, shift: number) => ({
    units: values.length,
    replicates: replicatesOf(
      { values: values.map((value) => value + shift), firstUnit },
      { from: 0, to: 400, seed: 4 },
    ),
  });
  const [a, b] = [of(0, 0), of(2_000, 0.5)];
  const result = expectKind(bootstrapDifference(0.5, a, b, 0.05), "estimated");
  assert.ok(result.interval[0] < 0.5 && 0.5 < result.interval[1]);
  const few = { units: 2_000, replicates: a.replicates.slice(0, 399) };
  assert.deepEqual(bootstrapDifference(0.5, few, few, 0.05), {
    kind: "too_few_replicates",
    replicates: 399,
    replicatesMin: 400,
  });
  assert.equal(bootstrapDifference(0.5, { ...a, units: 9 }, b, 0.05).kind, "too_few_units");
  assert.equal(bootstrapDifference(0.5, a, b, 1.5).kind, "alpha_out_of_range");
});
