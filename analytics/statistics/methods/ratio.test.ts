import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../protocols/testing/properties.ts";
import { z } from "zod";
import type { PairSummary } from "../bivariate.ts";
import { ratioDifference, uncertainRatio } from "./ratio.ts";
import { relativeLift } from "./relative.ts";
import { alpha, pairSummary, pairSummaryOf } from "../testing/arbitraries.ts";
import { assertClose, expectKind, goldenCases, Tolerance } from "../testing/golden.ts";
import { pairSummaryOfSums, RatioSums } from "../testing/ratio-sums.ts";

const Values = z.array(z.number());
const DeltaCase = z.object({
  id: z.string(),
  method: z.literal("delta_ratio"),
  input: z.object({ num_a: Values, den_a: Values, num_b: Values, den_b: Values, alpha: z.number() }),
  expected: z.object({
    ratio_a: z.number(),
    var_a: z.number(),
    ratio_b: z.number(),
    var_b: z.number(),
    diff: z.number(),
    se: z.number(),
    z: z.number(),
    p: z.number(),
    lift: z.number(),
    se_lift: z.number(),
  }),
  tolerance: Tolerance,
});
const StatusCase = z.object({
  id: z.string(),
  method: z.literal("ratio_sums"),
  input: z.object({ a: RatioSums, b: RatioSums, alpha: z.number() }),
  expected: z.object({ status: z.literal("undefined_zero_denominator") }),
});
const cases = goldenCases("ratio", z.discriminatedUnion("method", [DeltaCase, StatusCase]));

function pairsOf(numerators: readonly number[], denominators: readonly number[]): PairSummary {
  return pairSummaryOf(numerators.map((numerator, index) => [numerator, denominators[index] ?? Number.NaN]));
}

test("ratios by the delta method agree with numpy and cluster-robust regression (golden)", () => {
  for (const golden of cases) {
    if (golden.method !== "delta_ratio") continue;
    const { id, input, expected, tolerance } = golden;
    const control = pairsOf(input.num_a, input.den_a);
    const variant = pairsOf(input.num_b, input.den_b);
    const [a, b] = [uncertainRatio(control), uncertainRatio(variant)];
    assert.ok(a !== undefined && b !== undefined);
    const actual = expectKind(ratioDifference(control, variant, input.alpha), "estimated");
    const lift = relativeLift(a, b, actual.critical);
    const pairs: readonly (readonly [string, number | undefined, number])[] = [
      ["ratio of a", a.value, expected.ratio_a],
      ["variance of a", a.variance, expected.var_a],
      ["ratio of b", b.value, expected.ratio_b],
      ["variance of b", b.variance, expected.var_b],
      ["difference", actual.difference, expected.diff],
      ["standard error", actual.standardError, expected.se],
      ["z", actual.statistic, expected.z],
      ["p", actual.pValue, expected.p],
      ["lift", lift?.difference, expected.lift],
      ["standard error of the lift", lift?.standardError, expected.se_lift],
    ];
    for (const [what, value, reference] of pairs)
      assertClose(value, reference, tolerance.rel, `${id} ${what}`);
  }
});

test("denominators that sum to 0 are a reason, not a number (golden)", () => {
  for (const golden of cases) {
    if (golden.method !== "ratio_sums") continue;
    const [a, b] = [pairSummaryOfSums(golden.input.a), pairSummaryOfSums(golden.input.b)];
    assert.deepEqual(ratioDifference(a, b, golden.input.alpha), { kind: "zero_denominator" });
    assert.deepEqual(ratioDifference(b, a, golden.input.alpha), { kind: "zero_denominator" });
  }
});

test("a ratio over a denominator of 1 is a mean, with its variance", () => {
  const numerators = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3];
  const { value, variance } = uncertainRatio(pairSummaryOf(numerators.map((n) => [n, 1]))) ?? assert.fail();
  assertClose(value, 3.9, 1e-15, "mean");
  assertClose(variance, 54.9 / 9 / 10, 1e-12, "variance");
});

test("the interval contains the difference, and swapping the groups turns it around", () => {
  fc.assert(
    fc.property(pairSummary, pairSummary, alpha, (a, b, alpha) => {
      const [one, other] = [ratioDifference(a, b, alpha), ratioDifference(b, a, alpha)];
      assert.equal(one.kind, other.kind);
      if (one.kind !== "estimated" || other.kind !== "estimated") return;
      assert.ok(one.interval[0] <= one.difference && one.difference <= one.interval[1]);
      assert.equal(one.difference + 0, -other.difference + 0);
      assertClose(one.interval[0], -other.interval[1], 1e-12, "end", 1e-12 * one.standardError);
      assertClose(one.pValue, other.pValue, 1e-12, "p");
    }),
  );
});

test("numerators that follow their denominators exactly leave no variance", () => {
  const following = (factor: number) =>
    pairSummaryOf(Array.from({ length: 20 }, (_, index) => [factor * (index + 1), index + 1]));
  const result = ratioDifference(following(0.1), following(0.3), 0.05);
  assertClose(expectKind(result, "no_variance").difference, 0.2, 1e-12, "difference");
});

test("fewer than ten units in a group are too few for the delta method", () => {
  const nine = pairSummaryOf(Array.from({ length: 9 }, (_, index) => [index, 1]));
  const ten = pairSummaryOf(Array.from({ length: 10 }, (_, index) => [index, 1]));
  assert.deepEqual(ratioDifference(ten, nine, 0.05), { kind: "too_few_units", units: 9, unitsMin: 10 });
  assert.equal(ratioDifference(ten, ten, 0.05).kind, "estimated");
});
