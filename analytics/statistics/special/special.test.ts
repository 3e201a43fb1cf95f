import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../protocols/testing/properties.ts";
import { z } from "zod";
import {
  chiSquareSf,
  normalCdf,
  normalQuantile,
  normalSf,
  studentQuantile,
  studentSf,
  twoSided,
} from "./special.ts";
import { assertClose, goldenCases } from "../testing/golden.ts";

const functions: Record<string, (x: number, shape: number) => number> = {
  t_cdf: (t, degreesOfFreedom) => studentSf(-t, degreesOfFreedom),
  t_quantile: studentQuantile,
  normal_cdf: normalCdf,
  normal_quantile: normalQuantile,
  chi2_sf: chiSquareSf,
};

const SpecialCase = z.object({
  fn: z.enum(["t_cdf", "t_quantile", "normal_cdf", "normal_quantile", "chi2_sf"]),
  args: z.array(z.number()),
  ref: z.string(),
});

test("the distributions agree with 25-digit values to 1e-9, tails included", () => {
  for (const { fn, args, ref } of goldenCases("special", SpecialCase)) {
    const [x = Number.NaN, shape = Number.NaN] = args;
    assertClose(functions[fn]?.(x, shape), Number(ref), 1e-9, `${fn}(${args.join(", ")})`);
  }
});

test("quantiles undo tails", () => {
  fc.assert(
    fc.property(fc.double({ min: -290, max: -0.31, noNaN: true }), (exponent) => {
      const p = 10 ** exponent;
      assertClose(normalSf(-normalQuantile(p)), p, 1e-11, "normal");
      assertClose(studentSf(-studentQuantile(p, 7.3), 7.3), p, 1e-9, "t");
    }),
  );
});

test("t comes to the normal distribution as its degrees of freedom grow", () => {
  for (const z of [0.5, 1.96, 5]) assertClose(studentSf(z, 1e14), normalSf(z), 1e-9, `z ${z}`);
});

test("chi-square with one degree of freedom is a squared normal", () => {
  for (const z of [0.01, 1, 3, 10, 30]) assertClose(chiSquareSf(z * z, 1), 2 * normalSf(z), 1e-11, `z ${z}`);
});

test("the upper gamma function is continuous where our own takes over (shape 400)", () => {
  for (const factor of [0.9, 0.99, 1, 1.01, 1.1]) {
    const [below, above] = [800 - 1e-9, 800].map((df) => chiSquareSf(800 * factor, df));
    assertClose(above, below ?? 0, 1e-9, `factor ${factor}`);
  }
});

test("a chi-square of large shape near its middle is right (pinned: gammainc errs by per cents there)", () => {
  // P(X > df) → 1/2 − 1/(3 √(π df)) as df grows.
  for (const df of [2_000, 20_000, 200_000]) {
    assertClose(chiSquareSf(df, df), 0.5 - 1 / (3 * Math.sqrt(Math.PI * df)), 1e-5, `df ${df}`);
  }
});

test("a chi-square of 0 exceeds nothing", () => {
  for (const df of [1, 2, 900, 5_000]) assert.equal(chiSquareSf(0, df), 1);
});

test("a two-sided p-value is never 0", () => {
  assert.equal(twoSided(normalSf(50)), Number.MIN_VALUE);
  assert.equal(twoSided(0.5), 1);
});
