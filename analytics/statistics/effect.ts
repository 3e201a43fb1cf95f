import { normalSf, normalUpperQuantile, studentQuantile, studentSf, twoSided } from "./special/special.ts";

// What each two-sample method answers: the difference variant − control, or why it cannot say.

export interface EffectEstimated {
  readonly kind: "estimated";
  readonly difference: number;
  readonly standardError: number;
  /** difference / standardError. */
  readonly statistic: number;
  /** Standard errors from the estimate to the end of an interval of 1 − alpha. */
  readonly critical: number;
  readonly interval: readonly [number, number];
  readonly pValue: number;
}

export interface TooFewUnits {
  readonly kind: "too_few_units";
  /** In the smaller group. */
  readonly units: number;
  readonly unitsMin: number;
}

export interface NoVariance {
  readonly kind: "no_variance";
  readonly difference: number;
}

/** An interval of 1 − alpha asks for 0 < alpha < 1. */
export interface AlphaOutOfRange {
  readonly kind: "alpha_out_of_range";
  readonly alpha: number;
}

/** A value, or a sum, that is not a finite number. */
export interface NotFinite {
  readonly kind: "not_finite";
}

/** With a standard error that is as good as known: the statistic is normal. */
export function normalEffect(difference: number, standardError: number, alpha: number): EffectEstimated {
  const statistic = difference / standardError;
  const pValue = twoSided(normalSf(Math.abs(statistic)));
  return effect(difference, standardError, normalUpperQuantile(alpha / 2), pValue);
}

/** With a standard error that was estimated, too: Student's t. */
export function studentEffect(
  difference: number,
  standardError: number,
  degreesOfFreedom: number,
  alpha: number,
): EffectEstimated & { readonly degreesOfFreedom: number } {
  const statistic = difference / standardError;
  const pValue = twoSided(studentSf(Math.abs(statistic), degreesOfFreedom));
  const critical = studentQuantile(1 - alpha / 2, degreesOfFreedom);
  return { ...effect(difference, standardError, critical, pValue), degreesOfFreedom };
}

const effect = (
  difference: number,
  standardError: number,
  critical: number,
  pValue: number,
): EffectEstimated => ({
  kind: "estimated",
  difference,
  standardError,
  statistic: difference / standardError,
  critical,
  interval: [difference - critical * standardError, difference + critical * standardError],
  pValue,
});

/** A group's estimate and the variance of that estimate. */
export interface Uncertain {
  readonly value: number;
  readonly variance: number;
}

/** Says so when the smaller group has fewer than `unitsMin` units. */
export function tooFewUnits(countA: number, countB: number, unitsMin: number): TooFewUnits | undefined {
  const units = Math.min(countA, countB);
  return units < unitsMin ? { kind: "too_few_units", units, unitsMin } : undefined;
}

export function alphaOutOfRange(alpha: number): AlphaOutOfRange | undefined {
  return alpha > 0 && alpha < 1 ? undefined : { kind: "alpha_out_of_range", alpha };
}

export function notFinite(...values: readonly number[]): NotFinite | undefined {
  return values.every((value) => Number.isFinite(value)) ? undefined : { kind: "not_finite" };
}

/** p of a one-sided question: never 0, as no data can say that. */
export function oneSided(tail: number): number {
  return Math.max(Number.MIN_VALUE, Math.min(1, tail));
}
