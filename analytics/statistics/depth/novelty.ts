import type { Uncertain } from "../effect.ts";
import { welch } from "../methods/welch.ts";
import type { MeanSummary } from "../moments.ts";
import { normalSf, twoSided } from "../special/special.ts";

/** The effect among units on their n-th day since exposure. */
export interface DayEffect extends Uncertain {
  readonly day: number;
}

export interface Trend {
  readonly kind: "tested";
  readonly intercept: number;
  /** Change of the effect a day. */
  readonly slope: number;
  readonly standardError: number;
  readonly statistic: number;
  readonly pValue: number;
}

export type TrendSilence =
  | { readonly kind: "too_few_days"; readonly days: number; readonly daysMin: number }
  | { readonly kind: "no_variance" };

const daysMin = 3;

/**
 * A straight line through the daily effects, each by its known variance. Days of the same units are correlated, which
 * this p does not know: it shows the shape. The test is `lateAgainstEarly`.
 */
export function noveltyTrend(days: readonly DayEffect[]): Trend | TrendSilence {
  const distinct = new Set(days.map(({ day }) => day)).size;
  if (distinct < daysMin) return { kind: "too_few_days", days: distinct, daysMin };
  if (days.some(({ variance }) => !(variance > 0 && Number.isFinite(variance))))
    return { kind: "no_variance" };
  const smallest = Math.min(...days.map(({ variance }) => variance));
  const weighted = days.map(({ day, value, variance }) => ({ day, value, weight: smallest / variance }));
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
  const meanDay = weighted.reduce((sum, { day, weight }) => sum + weight * day, 0) / total;
  const mean = weighted.reduce((sum, { value, weight }) => sum + weight * value, 0) / total;
  const spread = weighted.reduce((sum, { day, weight }) => sum + weight * (day - meanDay) ** 2, 0);
  const shared = weighted.reduce(
    (sum, { day, value, weight }) => sum + weight * (day - meanDay) * (value - mean),
    0,
  );
  const slope = shared / spread;
  const standardError = Math.sqrt(smallest / spread);
  const statistic = slope / standardError;
  return {
    kind: "tested",
    intercept: mean - slope * meanDay,
    slope,
    standardError,
    statistic,
    pValue: twoSided(normalSf(Math.abs(statistic))),
  };
}

/**
 * Novelty and primacy by one number a unit, its late mean less its early mean: units are independent, whatever their
 * days are. A positive difference is an effect that grows.
 */
export function lateAgainstEarly(
  control: MeanSummary,
  variant: MeanSummary,
  alpha: number,
): ReturnType<typeof welch> {
  return welch(control, variant, alpha);
}
