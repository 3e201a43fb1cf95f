import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../protocols/testing/properties.ts";
import { z } from "zod";
import { assertClose, goldenCases } from "../testing/golden.ts";
import {
  betaCdf,
  betaQuantile,
  betaSf,
  binomialCdf,
  binomialSf,
  chiSquareSf,
  fSf,
  gammaLower,
  gammaQuantile,
  gammaUpper,
  logGamma,
  logNormalSf,
  lowerLambertOfLog,
  noncentralStudentSf,
  normalCdf,
  normalQuantile,
  normalSf,
  studentQuantile,
  studentSf,
} from "./special.ts";

const functions: Record<string, (x: number, first: number, second: number) => number> = {
  t_cdf: (t, degreesOfFreedom) => studentSf(-t, degreesOfFreedom),
  t_quantile: studentQuantile,
  beta_cdf: betaCdf,
  beta_quantile: betaQuantile,
  normal_cdf: normalCdf,
  normal_quantile: normalQuantile,
  chi2_sf: chiSquareSf,
  f_sf: fSf,
  lgamma: logGamma,
  gamma_P: gammaLower,
  gamma_quantile: gammaQuantile,
  binom_cdf: binomialCdf,
};

const Wide = z.object({ fn: z.string(), args: z.array(z.number()), ref: z.string() });

test("over the whole range of their parameters they agree with 20-digit values to 1e-9", () => {
  for (const { fn, args, ref } of goldenCases("special-wide", Wide)) {
    const [x = Number.NaN, first = Number.NaN, second = Number.NaN] = args;
    assertClose(functions[fn]?.(x, first, second), Number(ref), 1e-9, `${fn}(${args.join(", ")})`);
  }
});

test("the noncentral t agrees with quadrature in 30 digits", () => {
  const cases = [
    [2, 5, 1.5, 0.3685507527443283],
    [12.706204736, 1, 3, 0.18610807424878165],
    [2.14479, 14, 2, 0.4611747077983738],
    [-2.14479, 14, 2, 0.9999370469226221],
    [1.9634, 798, 2.828, 0.806253413718229],
    [636.6, 1, 2, 0.0025173407578437993],
    [3.2, 0.7, 0.5, 0.22189922408967078],
    [1.97, 200, -2.8, 1.0436874984930069e-6],
    [2, 5_000, 2.8, 0.7881272305978093],
  ] as const;
  for (const [t, df, shift, expected] of cases)
    assertClose(noncentralStudentSf(t, df, shift), expected, 1e-10, `${t}, ${df}, ${shift}`);
});

test("without noncentrality the noncentral t is Student's", () => {
  for (const df of [0.5, 1, 3.7, 30, 1e3, 1e6])
    for (const t of [-3, 0, 0.4, 2, 8])
      assertClose(noncentralStudentSf(t, df, 0), studentSf(t, df), 1e-9, `${t} with ${df}`, 1e-14);
});

test("the lower branch of Lambert's W solves u − ln u = c", () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 1e6, noNaN: true }), (c) => {
      const u = lowerLambertOfLog(c);
      assert.ok(u >= 1);
      assertClose(u - Math.log(u), c, 1e-14);
    }),
  );
  const near = 1 + 2 ** -40;
  assertClose(lowerLambertOfLog(near), 1 + Math.sqrt(2 * (near - 1)), 1e-11);
});

test("the logarithm of a normal tail goes on where the tail has underflowed", () => {
  for (const z of [-1, 0, 0.9, 1.1, 5, 30])
    assertClose(logNormalSf(z), Math.log(normalSf(z)), 1e-13, `z ${z}`);
  // ln P ≈ −z²/2 − ln(z √(2π)) − 1/z²
  assertClose(logNormalSf(1e4), -5e7 - Math.log(1e4 * Math.sqrt(2 * Math.PI)) - 1e-8, 1e-15);
});

test("upper and lower tails complete each other, whichever algorithm answers", () => {
  for (const shape of [0.3, 5, 399, 401, 1e5, 1e7 - 1e-6, 1e7, 1e9, 1e12])
    for (const deviation of [-3, -0.1, 0, 0.1, 3]) {
      const x = Math.max(0.01, shape + deviation * Math.sqrt(shape));
      assertClose(gammaLower(shape, x) + gammaUpper(shape, x), 1, 1e-13, `${shape}, ${x}`);
    }
  for (const x of [0.01, 0.3, 0.9]) assertClose(betaCdf(x, 2.5, 40) + betaSf(x, 2.5, 40), 1, 1e-13);
  assertClose(binomialCdf(7, 30, 0.3) + binomialSf(8, 30, 0.3), 1, 1e-13);
});

test("the gamma function is continuous where the expansion takes over (shape 1e7)", () => {
  for (const deviation of [-6, -1, -0.01, 0.01, 1, 6]) {
    const x = 1e7 + deviation * Math.sqrt(1e7);
    const [below, above] = [1e7 - 1e-6, 1e7].map((shape) => gammaUpper(shape, x));
    assertClose(above, below ?? 0, 5e-9, `deviation ${deviation}`);
  }
});

test("quantiles of gamma and beta undo their tails", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -12, max: -0.001, noNaN: true }),
      fc.double({ min: -1, max: 4, noNaN: true }),
      (exponent, size) => {
        const [p, shape] = [10 ** exponent, 10 ** size];
        assertClose(gammaLower(shape, gammaQuantile(p, shape)), p, 1e-10, `gamma ${p}, ${shape}`);
        assertClose(betaCdf(betaQuantile(p, shape, 3), shape, 3), p, 1e-9, `beta ${p}, ${shape}`);
      },
    ),
    { numRuns: 60 },
  );
});

test("outside its support a distribution has all or nothing", () => {
  assert.deepEqual([betaCdf(-1, 2, 3), betaCdf(2, 2, 3), betaSf(0, 2, 3), betaSf(1, 2, 3)], [0, 1, 1, 0]);
  assert.deepEqual(
    [binomialCdf(-1, 5, 0.5), binomialCdf(5, 5, 0.5), binomialSf(0, 5, 0.5), binomialSf(6, 5, 0.5)],
    [0, 1, 1, 0],
  );
  assert.deepEqual([gammaLower(3, 0), gammaUpper(3, 0), fSf(0, 3, 4)], [0, 1, 1]);
});
