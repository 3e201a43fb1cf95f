import type { PairSummary } from "./bivariate.ts";
import {
  type EffectEstimated,
  type NoVariance,
  tooFewUnits,
  type TooFewUnits,
  type Uncertain,
} from "./effect.ts";
import { isConstant } from "./moments.ts";
import { normalQuantile, normalSf, twoSided } from "./special.ts";

/** The delta method is a large-sample one. Simulated click rates: a 95 % interval holds 93 % with ten units a group. */
const ratioUnitsMin = 10;

/** Rounding noise of a difference of sums, relative to the sums. */
const noise = 1e-12;

export interface ZeroDenominator {
  readonly kind: "zero_denominator";
}

/** Difference of two ratios Σ numerator / Σ denominator by the delta method, with a normal interval. */
export function ratioDifference(
  control: PairSummary,
  variant: PairSummary,
  alpha: number,
): EffectEstimated | TooFewUnits | NoVariance | ZeroDenominator {
  const tooFew = tooFewUnits(control.count, variant.count, ratioUnitsMin);
  if (tooFew !== undefined) return tooFew;
  const a = uncertainRatio(control);
  const b = uncertainRatio(variant);
  if (a === undefined || b === undefined) return { kind: "zero_denominator" };
  const difference = b.value - a.value;
  const standardError = Math.sqrt(a.variance + b.variance);
  if (standardError === 0) return { kind: "no_variance", difference };
  const critical = normalQuantile(1 - alpha / 2);
  const statistic = difference / standardError;
  return {
    kind: "estimated",
    difference,
    standardError,
    statistic,
    critical,
    interval: [difference - critical * standardError, difference + critical * standardError],
    pValue: twoSided(normalSf(Math.abs(statistic))),
  };
}

/** R and (s²N − 2R sND + R² s²D) / (n D̄²), with n − 1 in the s; undefined when the denominators sum to 0. */
export function uncertainRatio(pairs: PairSummary): Uncertain | undefined {
  const { count, meanNumerator, meanDenominator } = pairs;
  if (count === 0 || meanDenominator === 0) return undefined;
  const value = meanNumerator / meanDenominator;
  return { value, variance: residualSquares(pairs, value) / (count - 1) / count / meanDenominator ** 2 };
}

/** Σ(numerator − R denominator)² around its mean: 0 when the numerators follow the denominators exactly. */
function residualSquares(pairs: PairSummary, ratio: number): number {
  const { count, squaredNumerator, squaredDenominator, crossDeviations } = pairs;
  const numerators = { count, mean: pairs.meanNumerator, squaredDeviations: squaredNumerator };
  const denominators = { count, mean: pairs.meanDenominator, squaredDeviations: squaredDenominator };
  if (isConstant(numerators) && isConstant(denominators)) return 0;
  const own = squaredNumerator + ratio ** 2 * squaredDenominator;
  const rest = own - 2 * ratio * crossDeviations;
  return rest <= noise * own ? 0 : rest;
}
