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
