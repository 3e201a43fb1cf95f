import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../protocols/testing/properties.ts";
import { z } from "zod";
import { chiSquareSf } from "../special/special.ts";
import { alpha, proportion } from "../testing/arbitraries.ts";
import { assertClose, expectKind, goldenCases, Tolerance } from "../testing/golden.ts";
import { newcombe, twoProportion, wilson } from "./two-proportion.ts";

const Interval = z.tuple([z.number(), z.number()]);
const TwoCase = z.object({
  id: z.string(),
  method: z.literal("two_proportions"),
  input: z.object({ x_a: z.number(), n_a: z.number(), x_b: z.number(), n_b: z.number(), alpha: z.number() }),
  expected: z.looseObject({
    status: z.string().optional(),
    z_pooled: z.union([z.number(), z.literal("NaN")]),
    p_pooled: z.number().optional(),
    diff: z.number(),
    chi2: z.number().optional(),
    chi2_p: z.number().optional(),
    ci_newcombe: Interval,
    wilson_a: Interval,
    wilson_b: Interval.optional(),
  }),
  tolerance: Tolerance,
});
const TableCase = z.object({
  id: z.string(),
  method: z.literal("chi_square_independence"),
  expected: z.object({ chi2: z.number(), p: z.number(), df: z.number() }),
  tolerance: Tolerance,
});
const cases = goldenCases("proportions", z.discriminatedUnion("method", [TwoCase, TableCase]));

/** The golden file says so: z, chi-square and p were not solved numerically there. */
const exactRel = 1e-10;

function assertInterval(
  actual: readonly [number, number],
  expected: readonly [number, number] | undefined,
  rel: number,
  what: string,
): void {
  if (expected === undefined) return;
  for (const end of [0, 1] as const) assertClose(actual[end], expected[end], rel, `${what}[${end}]`);
}

test("two proportions agree with statsmodels and scipy (golden)", () => {
  for (const golden of cases) {
    if (golden.method !== "two_proportions") continue;
    const { id, input, expected, tolerance } = golden;
    const control = { count: input.n_a, successes: input.x_a };
    const variant = { count: input.n_b, successes: input.x_b };
    assertInterval(
      newcombe(control, variant, input.alpha),
      expected.ci_newcombe,
      tolerance.rel,
      `${id} Newcombe`,
    );
    assertInterval(wilson(control, input.alpha), expected.wilson_a, tolerance.rel, `${id} Wilson of a`);
    assertInterval(wilson(variant, input.alpha), expected.wilson_b, tolerance.rel, `${id} Wilson of b`);
    const result = twoProportion(control, variant, input.alpha);
    if (expected.status !== undefined) {
      assert.equal(expected.status, "undefined_zero_variance");
      assert.deepEqual(result, { kind: "no_variance", difference: expected.diff });
      continue;
    }
    const actual = expectKind(result, "estimated");
    assertClose(actual.difference, expected.diff, exactRel, `${id} difference`);
    assertClose(actual.statistic, Number(expected.z_pooled), exactRel, `${id} z`);
    assertClose(actual.pValue, expected.p_pooled ?? Number.NaN, exactRel, `${id} p`);
    assertClose(actual.chiSquare, expected.chi2 ?? Number.NaN, exactRel, `${id} chi-square`);
    assertClose(
      chiSquareSf(actual.chiSquare, 1),
      expected.chi2_p ?? Number.NaN,
      exactRel,
      `${id} chi-square p`,
    );
  }
});

test("a chi-square of three arms has scipy's p (golden)", () => {
  for (const golden of cases) {
    if (golden.method !== "chi_square_independence") continue;
    const { chi2, p, df } = golden.expected;
    assertClose(chiSquareSf(chi2, df), p, golden.tolerance.rel, golden.id);
  }
});

test("Newcombe's interval contains the difference and stays within −1 and 1", () => {
  fc.assert(
    fc.property(proportion, proportion, alpha, (a, b, alpha) => {
      const [low, high] = newcombe(a, b, alpha);
      const difference = b.successes / b.count - a.successes / a.count;
      assert.ok(-1 - 1e-12 <= low && low <= difference && difference <= high && high <= 1 + 1e-12);
    }),
  );
});

test("swapping the groups turns the sign and keeps the evidence", () => {
  fc.assert(
    fc.property(proportion, proportion, alpha, (a, b, alpha) => {
      const [one, other] = [twoProportion(a, b, alpha), twoProportion(b, a, alpha)];
      assert.equal(one.kind, other.kind);
      if (one.kind !== "estimated" || other.kind !== "estimated") return;
      assert.equal(one.difference + 0, -other.difference + 0);
      assertClose(one.pValue, other.pValue, 1e-10, "p");
      assertClose(one.interval[0], -other.interval[1], 1e-12, "end", 1e-14);
    }),
  );
});

test("counting failures instead of successes turns the sign only", () => {
  fc.assert(
    fc.property(proportion, proportion, (a, b) => {
      const failures = ({ count, successes }: typeof a) => ({ count, successes: count - successes });
      const [one, other] = [twoProportion(a, b, 0.05), twoProportion(failures(a), failures(b), 0.05)];
      assert.equal(one.kind, other.kind);
      if (one.kind !== "estimated" || other.kind !== "estimated") return;
      assertClose(one.pValue, other.pValue, 1e-9, "p");
      assertClose(one.interval[0], -other.interval[1], 1e-9, "end", 1e-12);
    }),
  );
});

test("everybody or nobody is no variance, one success is an estimate", () => {
  const of = (count: number, successes: number) => ({ count, successes });
  assert.deepEqual(twoProportion(of(50, 50), of(60, 60), 0.05), { kind: "no_variance", difference: 0 });
  assert.equal(twoProportion(of(50, 0), of(60, 1), 0.05).kind, "estimated");
  const apart = expectKind(twoProportion(of(50, 0), of(60, 60), 0.05), "estimated");
  assert.ok(apart.standardError > 0 && apart.interval[0] < 1);
});

test("fewer than two units in a group are too few", () => {
  const result = twoProportion({ count: 1, successes: 1 }, { count: 90, successes: 3 }, 0.05);
  assert.deepEqual(result, { kind: "too_few_units", units: 1, unitsMin: 2 });
});
