import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../protocols/testing/properties.ts";
import { z } from "zod";
import type { Uncertain } from "../effect.ts";
import { uncertainRatio } from "./ratio.ts";
import { isDistinctFromZero, relativeLift } from "./relative.ts";
import { normalQuantile, studentQuantile, studentSf, twoSided } from "../special/special.ts";
import { assertClose, goldenCases, Tolerance } from "../testing/golden.ts";
import { pairSummaryOfSums, RatioSums } from "../testing/ratio-sums.ts";
import { satterthwaite } from "./welch.ts";

const Sums = z.object({ n: z.number(), sum: z.number(), sum_squares: z.number() });
const Expected = z.object({
  estimate: z.number(),
  se: z.number(),
  ci: z.tuple([z.number(), z.number()]),
  p_value: z.number(),
});
const LiftCase = z.discriminatedUnion("method", [
  z.object({
    id: z.string(),
    method: z.literal("relative_lift"),
    input: z.object({
      n_a: z.number(),
      mean_a: z.number(),
      var_a: z.number(),
      n_b: z.number(),
      mean_b: z.number(),
      var_b: z.number(),
      alpha: z.number(),
    }),
    expected: z.looseObject({
      lift: z.number(),
      se_delta: z.number(),
      ci_delta: z.tuple([z.number(), z.number()]),
      fieller_g: z.number(),
    }),
    tolerance: Tolerance,
  }),
  z.object({
    id: z.string(),
    method: z.literal("gb_two_sided_ttest"),
    input: z.object({ a: Sums, b: Sums, alpha: z.number() }),
    expected: Expected,
    tolerance: Tolerance,
  }),
  z.object({
    id: z.string(),
    method: z.literal("ratio_sums"),
    input: z.object({ a: RatioSums, b: RatioSums, alpha: z.number() }),
    expected: Expected,
    tolerance: Tolerance,
  }),
]);
const cases = goldenCases("lift", LiftCase);

test("relative lift by the delta method agrees with the closed form, and Fieller's g with its gate (golden)", () => {
  for (const golden of cases) {
    if (golden.method !== "relative_lift") continue;
    const { id, input, expected, tolerance } = golden;
    const control = { value: input.mean_a, variance: input.var_a / input.n_a };
    const variant = { value: input.mean_b, variance: input.var_b / input.n_b };
    const critical = normalQuantile(1 - input.alpha / 2);
    const lift = relativeLift(control, variant, critical);
    assertClose(lift?.difference, expected.lift, tolerance.rel, `${id} lift`);
    assertClose(lift?.standardError, expected.se_delta, tolerance.rel, `${id} standard error`);
    assertClose(lift?.interval[0], expected.ci_delta[0], tolerance.rel, `${id} lower end`);
    assertClose(lift?.interval[1], expected.ci_delta[1], tolerance.rel, `${id} upper end`);
    assert.equal(isDistinctFromZero(control, critical), expected.fieller_g < 1, id);
  }
});

test("with Welch's degrees of freedom the lift is gbstats's, for means and for ratios (golden)", () => {
  for (const golden of cases) {
    if (golden.method === "relative_lift") continue;
    const { id, input, expected, tolerance } = golden;
    const control = golden.method === "ratio_sums" ? ratio(golden.input.a) : mean(golden.input.a);
    const variant = golden.method === "ratio_sums" ? ratio(golden.input.b) : mean(golden.input.b);
    const df = satterthwaite(control.variance, input.a.n, variant.variance, input.b.n);
    const lift = relativeLift(control, variant, studentQuantile(1 - input.alpha / 2, df)) ?? assert.fail();
    assertClose(lift.difference, expected.estimate, tolerance.rel, `${id} lift`);
    assertClose(lift.standardError, expected.se, tolerance.rel, `${id} standard error`);
    assertClose(lift.interval[0], expected.ci[0], tolerance.rel, `${id} lower end`);
    assertClose(lift.interval[1], expected.ci[1], tolerance.rel, `${id} upper end`);
    const pValue = twoSided(studentSf(Math.abs(lift.difference / lift.standardError), df));
    assertClose(pValue, expected.p_value, tolerance.rel, `${id} p`);
  }
});

test("the sign of a lift is the sign of the change, also from a negative baseline", () => {
  const value = fc.double({ min: -100, max: 100, noNaN: true }).filter((x) => Math.abs(x) > 1e-6);
  fc.assert(
    fc.property(value, value, (a, b) => {
      const lift = relativeLift({ value: a, variance: 1 }, { value: b, variance: 1 }, 1.96);
      assert.equal(Math.sign(lift?.difference ?? Number.NaN), Math.sign(b - a));
    }),
  );
});

test("there is no lift over a baseline of 0", () => {
  assert.equal(relativeLift({ value: 0, variance: 1 }, { value: 1, variance: 1 }, 1.96), undefined);
  assert.equal(isDistinctFromZero({ value: 0, variance: 0 }, 1.96), false);
});

function mean({ n, sum, sum_squares }: z.infer<typeof Sums>): Uncertain {
  return { value: sum / n, variance: (sum_squares - sum ** 2 / n) / (n - 1) / n };
}

function ratio(sums: z.infer<typeof RatioSums>): Uncertain {
  return uncertainRatio(pairSummaryOfSums(sums)) ?? assert.fail();
}
