import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../protocols/testing/properties.ts";
import { z } from "zod";
import type { MeanSummary } from "../moments.ts";
import { alpha, meanSummary, meanSummaryOf } from "../testing/arbitraries.ts";
import { assertClose, expectKind, goldenCases, Tolerance } from "../testing/golden.ts";
import { welch } from "./welch.ts";

// The golden inputs come as values, as moments, or as sums.
const Values = z.object({ a: z.array(z.number()), b: z.array(z.number()), alpha: z.number() });
const Moments = z.object({
  n_a: z.number(),
  mean_a: z.number(),
  var_a: z.number(),
  n_b: z.number(),
  mean_b: z.number(),
  var_b: z.number(),
  alpha: z.number(),
});
const Sums = z.object({ n: z.number(), sum: z.number(), sum_squares: z.number() });
const Input = z.union([
  Values.transform(({ a, b, alpha }) => ({ alpha, a: meanSummaryOf(a), b: meanSummaryOf(b) })),
  Moments.transform((m) => ({
    alpha: m.alpha,
    a: { count: m.n_a, mean: m.mean_a, squaredDeviations: m.var_a * (m.n_a - 1) },
    b: { count: m.n_b, mean: m.mean_b, squaredDeviations: m.var_b * (m.n_b - 1) },
  })),
  z.object({ a: Sums, b: Sums, alpha: z.number() }).transform(({ a, b, alpha }) => ({
    alpha,
    a: { count: a.n, mean: a.sum / a.n, squaredDeviations: a.sum_squares - a.sum ** 2 / a.n },
    b: { count: b.n, mean: b.sum / b.n, squaredDeviations: b.sum_squares - b.sum ** 2 / b.n },
  })),
]);
const WelchCase = z.object({
  id: z.string(),
  input: Input,
  expected: z.looseObject({
    status: z.string().optional(),
    diff: z.number().optional(),
    estimate: z.number().optional(),
    se: z.number(),
    df: z.number().optional(),
    p_two_sided: z.number().optional(),
    p_value: z.number().optional(),
    ci_lower: z.number().optional(),
    ci_upper: z.number().optional(),
    ci: z.tuple([z.number(), z.number()]).optional(),
  }),
  tolerance: Tolerance,
});

test("Welch agrees with scipy, statsmodels and gbstats (golden)", () => {
  for (const { id, input, expected, tolerance } of goldenCases("welch", WelchCase)) {
    const result = welch(input.a, input.b, input.alpha);
    const difference = expected.diff ?? expected.estimate ?? Number.NaN;
    if (expected.status !== undefined) {
      assert.equal(expected.status, "undefined_zero_variance");
      assert.deepEqual(result, { kind: "no_variance", difference });
      continue;
    }
    const actual = expectKind(result, "estimated");
    const close = (value: number, reference: number | undefined, what: string): void => {
      if (reference !== undefined) assertClose(value, reference, tolerance.rel, `${id} ${what}`);
    };
    close(actual.difference, difference, "difference");
    close(actual.standardError, expected.se, "standard error");
    close(actual.degreesOfFreedom, expected.df, "degrees of freedom");
    close(actual.pValue, expected.p_two_sided ?? expected.p_value, "p");
    close(actual.interval[0], expected.ci_lower ?? expected.ci?.[0], "lower end");
    close(actual.interval[1], expected.ci_upper ?? expected.ci?.[1], "upper end");
  }
});

test("the interval contains the difference, and 0 exactly when p is at least alpha", () => {
  fc.assert(
    fc.property(meanSummary, meanSummary, alpha, (a, b, alpha) => {
      const result = welch(a, b, alpha);
      if (result.kind !== "estimated") return;
      const [low, high] = result.interval;
      assert.ok(low <= result.difference && result.difference <= high);
      if (Math.abs(result.pValue - alpha) > 1e-9) assert.equal(low <= 0 && 0 <= high, result.pValue > alpha);
    }),
  );
});

test("swapping the groups turns the sign and keeps the evidence", () => {
  fc.assert(
    fc.property(meanSummary, meanSummary, alpha, (a, b, alpha) => {
      const [one, other] = [welch(a, b, alpha), welch(b, a, alpha)];
      assert.equal(one.kind, other.kind);
      if (one.kind !== "estimated" || other.kind !== "estimated") return;
      assert.equal(one.difference + 0, -other.difference + 0);
      assertClose(one.pValue, other.pValue, 1e-12, "p");
      assertClose(one.interval[0], -other.interval[1], 1e-12, "end", 1e-12 * one.standardError);
    }),
  );
});

test("degrees of freedom lie between the smaller group's and both together", () => {
  fc.assert(
    fc.property(meanSummary, meanSummary, (a, b) => {
      const result = welch(a, b, 0.05);
      if (result.kind !== "estimated") return;
      assert.ok(result.degreesOfFreedom >= Math.min(a.count, b.count) - 1 - 1e-9);
      assert.ok(result.degreesOfFreedom <= (a.count + b.count - 2) * (1 + 1e-12));
    }),
  );
});

test("one group may be constant, two may not", () => {
  const constant = (value: number): MeanSummary => meanSummaryOf([value, value, value]);
  assert.equal(welch(constant(3), meanSummaryOf([1, 2, 3]), 0.05).kind, "estimated");
  assert.deepEqual(welch(constant(0.1), constant(0.3), 0.05), { kind: "no_variance", difference: 0.3 - 0.1 });
});

test("a deviation of one rounding unit is no variance (pinned: p was 0 for two constants)", () => {
  const rounded = { count: 100, mean: 0.1, squaredDeviations: 100 * (0.1 * 2 ** -53) ** 2 };
  assert.equal(welch(rounded, { ...rounded, mean: 0.3 }, 0.05).kind, "no_variance");
});

test("groups without a variance of their own are too small, and the smaller is named", () => {
  const three = meanSummaryOf([1, 2, 4]);
  assert.deepEqual(welch(three, meanSummaryOf([]), 0.05), { kind: "too_few_units", units: 0, unitsMin: 2 });
  assert.deepEqual(welch(meanSummaryOf([1]), three, 0.05), { kind: "too_few_units", units: 1, unitsMin: 2 });
});

test("a difference of a thousand standard errors still has a positive p-value", () => {
  const of = (mean: number): MeanSummary => ({ count: 1e6, mean, squaredDeviations: 1e6 });
  const { pValue } = expectKind(welch(of(0), of(2), 0.05), "estimated");
  assert.ok(pValue > 0 && pValue < 1e-300);
});
