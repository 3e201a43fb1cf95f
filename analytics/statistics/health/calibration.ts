import { binomialTwoSided } from "../methods/exact-tails.ts";
import { wilson } from "../methods/two-proportion.ts";
import { exactSampleMax, kolmogorovSf } from "./kolmogorov.ts";

// Does the platform do what it says when there is no effect? Many A/A comparisons give many p-values, which must be
// uniform, and reject as often as alpha.

export interface Uniformity {
  readonly kind: "tested";
  /** Largest distance between the p-values' steps and the diagonal. */
  readonly statistic: number;
  readonly pValue: number;
  readonly exact: boolean;
}

export type CalibrationSilence =
  | { readonly kind: "no_values" }
  | { readonly kind: "not_a_share"; readonly value: number }
  | { readonly kind: "impossible_counts" };

/** Kolmogorov and Smirnov's test of p-values against the uniform distribution. */
export function uniformity(pValues: ArrayLike<number>): Uniformity | CalibrationSilence {
  const ascending = Float64Array.from(pValues).sort();
  const count = ascending.length;
  if (count === 0) return { kind: "no_values" };
  let statistic = 0;
  for (const [index, value] of ascending.entries()) {
    if (!(value >= 0 && value <= 1)) return { kind: "not_a_share", value };
    statistic = Math.max(statistic, (index + 1) / count - value, value - index / count);
  }
  return {
    kind: "tested",
    statistic,
    pValue: Math.max(Number.MIN_VALUE, kolmogorovSf(count, statistic)),
    exact: count <= exactSampleMax,
  };
}

export interface FalsePositives {
  readonly kind: "tested";
  readonly rate: number;
  /** Wilson's, 95 %. */
  readonly interval: readonly [number, number];
  /** Exact binomial p of "the rate is the nominal one". */
  readonly pValue: number;
}

/** How often tests rejected, against how often they should. */
export function falsePositives(
  rejections: number,
  tests: number,
  nominal: number,
): FalsePositives | CalibrationSilence {
  if (tests === 0) return { kind: "no_values" };
  if (!(nominal > 0 && nominal < 1)) return { kind: "not_a_share", value: nominal };
  if (!(Number.isInteger(rejections) && Number.isInteger(tests) && rejections >= 0 && rejections <= tests))
    return { kind: "impossible_counts" };
  return {
    kind: "tested",
    rate: rejections / tests,
    interval: wilson({ count: tests, successes: rejections }, 0.05),
    pValue: Math.max(Number.MIN_VALUE, binomialTwoSided(rejections, tests, nominal)),
  };
}
