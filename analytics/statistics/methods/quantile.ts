import {
  type AlphaOutOfRange,
  alphaOutOfRange,
  type EffectEstimated,
  type NoVariance,
  tooFewUnits,
  type TooFewUnits,
  normalEffect,
} from "../effect.ts";
import type { PairSummary } from "../bivariate.ts";
import { normalUpperQuantile } from "../special/special.ts";
import { quantileOf, sorted } from "./order-statistics.ts";
import { uncertainRatio } from "./ratio.ts";

/** A quantile of one group, and the outer order statistics around it. */
export interface GroupQuantile {
  readonly kind: "quantile";
  readonly count: number;
  readonly quantile: number;
  readonly lower: number;
  readonly upper: number;
  /** Of the quantile: ((upper − lower) / 2z)². */
  readonly variance: number;
}

export interface ShareOutOfRange {
  readonly kind: "share_out_of_range";
  readonly share: number;
}

export interface QuantileEstimated extends EffectEstimated {
  readonly control: GroupQuantile;
  readonly variant: GroupQuantile;
}

type Silence = TooFewUnits | AlphaOutOfRange | ShareOutOfRange;

/** The level at which the outer order statistics are taken; any would do, this one is usual. */
const outerAlpha = 0.05;

/** Smallest n for which both outer order statistics exist: n > z² max(ν/(1 − ν), (1 − ν)/ν). */
export function quantileUnitsMin(share: number, alpha: number = outerAlpha): number {
  const z = normalUpperQuantile(alpha / 2);
  return Math.floor(z * z * Math.max(share / (1 - share), (1 - share) / share)) + 1;
}

/**
 * The quantile at `share` and its variance by the outer interval (Deng, Knoblich, Lu 2018): order statistics at
 * share ± z √(share (1 − share)/n), no density has to be estimated. Values need not be sorted.
 */
export function groupQuantile(
  values: ArrayLike<number>,
  share: number,
  alpha: number = outerAlpha,
): GroupQuantile | Silence {
  const wrong = alphaOutOfRange(alpha) ?? shareOutOfRange(share);
  if (wrong !== undefined) return wrong;
  const count = values.length;
  const tooFew = tooFewUnits(count, count, quantileUnitsMin(share, alpha));
  if (tooFew !== undefined) return tooFew;
  const ascending = sorted(values);
  const z = normalUpperQuantile(alpha / 2);
  const reach = z * Math.sqrt((share * (1 - share)) / count);
  const lower = quantileOf(ascending, share - reach);
  const upper = quantileOf(ascending, share + reach);
  return {
    kind: "quantile",
    count,
    quantile: quantileOf(ascending, share),
    lower,
    upper,
    variance: ((upper - lower) / (2 * z)) ** 2,
  };
}

/**
 * The same for values that come in clusters (events of units). `below` are moments over clusters of (values ≤ the
 * quantile, values): what independent values would vary, times how much more the share below varies between clusters.
 */
export function clusteredQuantile(
  values: ArrayLike<number>,
  share: number,
  below: PairSummary,
  alpha: number = outerAlpha,
): GroupQuantile | Silence {
  const independent = groupQuantile(values, share, alpha);
  if (independent.kind !== "quantile") return independent;
  const tooFew = tooFewUnits(below.count, below.count, 2);
  if (tooFew !== undefined) return tooFew;
  const between = uncertainRatio(below)?.variance ?? 0;
  const factor = between / ((share * (1 - share)) / independent.count);
  return { ...independent, variance: independent.variance * factor };
}

/** Difference of two quantiles, normal. */
export function quantileDifference(
  control: GroupQuantile,
  variant: GroupQuantile,
  alpha: number,
): QuantileEstimated | NoVariance | AlphaOutOfRange {
  const wrong = alphaOutOfRange(alpha);
  if (wrong !== undefined) return wrong;
  const difference = variant.quantile - control.quantile;
  const standardError = Math.sqrt(control.variance + variant.variance);
  // Many equal values around the quantile: the order statistics coincide, and say nothing.
  if (standardError === 0) return { kind: "no_variance", difference };
  return { ...normalEffect(difference, standardError, alpha), control, variant };
}

function shareOutOfRange(share: number): ShareOutOfRange | undefined {
  return share > 0 && share < 1 ? undefined : { kind: "share_out_of_range", share };
}
