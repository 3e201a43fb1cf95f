import type { PairSummary } from "../bivariate.ts";
import {
  type AlphaOutOfRange,
  alphaOutOfRange,
  type EffectEstimated,
  type NoVariance,
  tooFewUnits,
  type TooFewUnits,
  type Uncertain,
  normalEffect,
} from "../effect.ts";
import { isConstant } from "../moments.ts";

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
): EffectEstimated | TooFewUnits | NoVariance | ZeroDenominator | AlphaOutOfRange {
  const wrong = alphaOutOfRange(alpha);
  if (wrong !== undefined) return wrong;
  const tooFew = tooFewUnits(control.count, variant.count, ratioUnitsMin);
  if (tooFew !== undefined) return tooFew;
  const a = uncertainRatio(control);
  const b = uncertainRatio(variant);
  if (a === undefined || b === undefined) return { kind: "zero_denominator" };
  const difference = b.value - a.value;
  const standardError = Math.sqrt(a.variance + b.variance);
  if (standardError === 0) return { kind: "no_variance", difference };
  return normalEffect(difference, standardError, alpha);
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
