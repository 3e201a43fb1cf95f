import {
  type AlphaOutOfRange,
  alphaOutOfRange,
  type EffectEstimated,
  type NoVariance,
  type TooFewUnits,
  normalEffect,
} from "../effect.ts";
import { uncertainMean } from "../methods/welch.ts";
import { type MeanSummary, mergeMoments } from "../moments.ts";

/** One stratum (a platform, a country): a property fixed before the exposure. */
export interface Stratum {
  readonly control: MeanSummary;
  readonly variant: MeanSummary;
}

export interface PostStratified extends EffectEstimated {
  /** Strata that counted by themselves; the others were put together with the largest. */
  readonly strata: number;
}

/** An arm of a stratum has a variance from two units on. */
const unitsMin = 2;

/**
 * Σ wₖ (difference in stratum k), wₖ = its share of all units, taken as fixed (Miratrix, Sekhon, Yu 2013): what the
 * strata explain of the metric leaves the variance.
 */
export function postStratified(
  strata: readonly Stratum[],
  alpha: number,
): PostStratified | TooFewUnits | NoVariance | AlphaOutOfRange {
  const wrong = alphaOutOfRange(alpha);
  if (wrong !== undefined) return wrong;
  const cells = viable(strata);
  const smallest = cells[0];
  if (cells.length === 1 && smallest !== undefined && !isViable(smallest))
    return {
      kind: "too_few_units",
      units: Math.min(smallest.control.count, smallest.variant.count),
      unitsMin,
    };
  if (cells.length === 0) return { kind: "too_few_units", units: 0, unitsMin };
  const total = cells.reduce((sum, cell) => sum + sizeOf(cell), 0);
  let difference = 0;
  let variance = 0;
  for (const cell of cells) {
    const weight = sizeOf(cell) / total;
    const [a, b] = [uncertainMean(cell.control), uncertainMean(cell.variant)];
    difference += weight * (b.value - a.value);
    variance += weight ** 2 * (a.variance + b.variance);
  }
  if (variance === 0) return { kind: "no_variance", difference };
  return { ...normalEffect(difference, Math.sqrt(variance), alpha), strata: cells.length };
}

const sizeOf = ({ control, variant }: Stratum): number => control.count + variant.count;
const isViable = ({ control, variant }: Stratum): boolean =>
  control.count >= unitsMin && variant.count >= unitsMin;

/** Strata without a variance of their own join the largest. */
function viable(strata: readonly Stratum[]): readonly Stratum[] {
  const sorted = strata.filter((stratum) => sizeOf(stratum) > 0).toSorted((a, b) => sizeOf(b) - sizeOf(a));
  const [largest, ...others] = sorted;
  if (largest === undefined) return [];
  let together = largest;
  const kept: Stratum[] = [];
  for (const other of others) {
    if (isViable(other)) kept.push(other);
    else
      together = {
        control: mergeMoments(together.control, other.control),
        variant: mergeMoments(together.variant, other.variant),
      };
  }
  if (isViable(together) || kept.length === 0) return [together, ...kept];
  const [next, ...rest] = kept;
  return next === undefined
    ? [together]
    : [
        {
          control: mergeMoments(together.control, next.control),
          variant: mergeMoments(together.variant, next.variant),
        },
        ...rest,
      ];
}
