import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../protocols/testing/properties.ts";
import { z } from "zod";
import { type Arm, sampleRatio } from "./srm.ts";
import { assertClose, expectKind, goldenCases, Tolerance } from "../testing/golden.ts";

const SrmCase = z.object({
  id: z.string(),
  input: z.object({ observed: z.array(z.number()), weights: z.array(z.number()) }),
  expected: z.object({ chi2: z.number(), p: z.number(), df: z.number(), expected: z.array(z.number()) }),
  tolerance: Tolerance,
});

function armsOf(observed: readonly number[], weights: readonly number[]): Arm[] {
  return observed.map((units, index) => ({ variant: `arm-${index}`, units, weight: weights[index] ?? 0 }));
}

test("the sample ratio agrees with scipy (golden)", () => {
  for (const { id, input, expected, tolerance } of goldenCases("srm", SrmCase)) {
    const actual = expectKind(sampleRatio(armsOf(input.observed, input.weights)), "tested");
    assertClose(actual.chiSquare, expected.chi2, tolerance.rel, `${id} chi-square`);
    assertClose(actual.pValue, expected.p, tolerance.rel, `${id} p`);
    assert.equal(actual.degreesOfFreedom, expected.df, id);
    assert.equal(actual.mismatch, expected.p < 0.01, id);
    for (const [index, units] of expected.expected.entries()) {
      assertClose(actual.expected[`arm-${index}`], units, tolerance.rel, `${id} expected ${index}`);
    }
  }
});

test("the scale of the weights does not matter, nor the order of the arms", () => {
  const observed = fc.array(fc.integer({ min: 50, max: 5_000 }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(observed, fc.double({ min: 0.01, max: 100, noNaN: true }), (units, scale) => {
      const one = expectKind(sampleRatio(armsOf(units, [1, 2, 3])), "tested");
      const scaled = armsOf(units, [scale, 2 * scale, 3 * scale]).toReversed();
      assertClose(expectKind(sampleRatio(scaled), "tested").pValue, one.pValue, 1e-8, "p");
    }),
  );
});

test("an arm of weight 0 without units is left out", () => {
  const without = sampleRatio(armsOf([5_021, 4_979], [5_000, 5_000]));
  assert.deepEqual(sampleRatio(armsOf([5_021, 4_979, 0], [5_000, 5_000, 0])), without);
});

test("units in an arm of weight 0 are a mismatch, however the others divide", () => {
  const result = expectKind(sampleRatio(armsOf([5_000, 5_000, 1], [5_000, 5_000, 0])), "tested");
  assert.equal(result.mismatch, true);
  assert.equal(result.observed["arm-2"], 1);
  assert.equal(result.expected["arm-2"], 0);
});

test("the test waits until the smallest arm expects five units", () => {
  assert.deepEqual(sampleRatio(armsOf([498, 1], [99, 1])), {
    kind: "too_few_units",
    units: 499,
    unitsMin: 500,
  });
  assert.equal(sampleRatio(armsOf([499, 1], [99, 1])).kind, "tested");
  assert.deepEqual(sampleRatio(armsOf([0, 0], [1, 1])), { kind: "too_few_units", units: 0, unitsMin: 10 });
});

test("one arm has no ratio", () => {
  assert.deepEqual(sampleRatio(armsOf([100], [10_000])), { kind: "one_variant" });
  assert.deepEqual(sampleRatio(armsOf([100, 0], [10_000, 0])), { kind: "one_variant" });
});
