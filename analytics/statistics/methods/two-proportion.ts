import type { ProportionCounts } from "../../../protocols/results.ts";
import {
  type AlphaOutOfRange,
  alphaOutOfRange,
  type EffectEstimated,
  type NoVariance,
  tooFewUnits,
  type TooFewUnits,
  type Uncertain,
} from "../effect.ts";
import { normalQuantile, normalSf, twoSided } from "../special/special.ts";

/** One unit shows no spread. Above that the score interval is honest by itself: few units make it wide. */
const proportionUnitsMin = 2;

export type Proportion = Omit<ProportionCounts, "kind">;

export interface ProportionEstimated extends EffectEstimated {
  /** statistic², with one degree of freedom: the same p-value. */
  readonly chiSquare: number;
}

/**
 * Difference of two proportions: the pooled z test (no correction) and Newcombe's interval from the two Wilson
 * intervals. `standardError` is the pooled one, which the test uses; it does not collapse to 0 at 0 % or 100 %.
 */
export function twoProportion(
  control: Proportion,
  variant: Proportion,
  alpha: number,
): ProportionEstimated | TooFewUnits | NoVariance | AlphaOutOfRange {
  const wrong = alphaOutOfRange(alpha);
  if (wrong !== undefined) return wrong;
  const tooFew = tooFewUnits(control.count, variant.count, proportionUnitsMin);
  if (tooFew !== undefined) return tooFew;
  const count = control.count + variant.count;
  const successes = control.successes + variant.successes;
  const difference = variant.successes / variant.count - control.successes / control.count;
  if (successes === 0 || successes === count) return { kind: "no_variance", difference };
  const pooled = (successes / count) * ((count - successes) / count);
  const standardError = Math.sqrt(pooled * (1 / control.count + 1 / variant.count));
  const statistic = difference / standardError;
  return {
    kind: "estimated",
    difference,
    standardError,
    statistic,
    chiSquare: statistic ** 2,
    critical: normalQuantile(1 - alpha / 2),
    interval: newcombe(control, variant, alpha),
    pValue: twoSided(normalSf(Math.abs(statistic))),
  };
}

/** Newcombe 1998, method 10: the distance to each end is taken from the Wilson interval on that side. */
export function newcombe(control: Proportion, variant: Proportion, alpha: number): readonly [number, number] {
  const a = control.successes / control.count;
  const b = variant.successes / variant.count;
  const [aLow, aHigh] = wilson(control, alpha);
  const [bLow, bHigh] = wilson(variant, alpha);
  return [b - a - Math.hypot(b - bLow, aHigh - a), b - a + Math.hypot(bHigh - b, a - aLow)];
}

/** Wilson's score interval of one proportion; within [0, 1], and 0 or 1 exactly at the edge. */
export function wilson({ count, successes }: Proportion, alpha: number): readonly [number, number] {
  const z = normalQuantile(1 - alpha / 2);
  const centre = successes + (z * z) / 2;
  const spread = z * Math.sqrt((successes * (count - successes)) / count + (z * z) / 4);
  const low = successes === 0 ? 0 : (centre - spread) / (count + z * z);
  const high = successes === count ? 1 : (centre + spread) / (count + z * z);
  return [low, high];
}

/** The proportion and p(1 − p)/n. */
export function uncertainProportion({ count, successes }: Proportion): Uncertain {
  const value = successes / count;
  return { value, variance: (value * (1 - value)) / count };
}
