import {
  type AlphaOutOfRange,
  alphaOutOfRange,
  type NotFinite,
  notFinite,
  type Uncertain,
} from "../effect.ts";
import { erfcx, normalDensity, normalSf, normalUpperQuantile } from "../special/special.ts";

// A normal posterior of an effect: from a normal prior and an estimate with its standard error, or from the estimate
// alone (a flat prior).

/** What is believed of the effect before the data, in the effect's own unit. */
export interface NormalPrior {
  readonly mean: number;
  readonly variance: number;
}

export interface NormalPosterior {
  readonly kind: "posterior";
  readonly mean: number;
  readonly standardDeviation: number;
  /** P(effect > 0) and P(effect < 0), each as a tail. */
  readonly chanceToWin: number;
  readonly chanceToLose: number;
  /** What choosing it costs in expectation: E max(0, −effect) for the variant, E max(0, effect) for control. */
  readonly lossVariant: number;
  readonly lossControl: number;
  /** Equal tails of alpha / 2. */
  readonly interval: readonly [number, number];
}

export type PosteriorSilence =
  | { readonly kind: "no_variance"; readonly difference: number }
  | { readonly kind: "bad_prior" }
  | AlphaOutOfRange
  | NotFinite;

/** Normal prior × normal likelihood; without a prior, the likelihood. */
export function normalPosterior(
  estimate: Uncertain,
  prior: NormalPrior | undefined,
  alpha: number,
): NormalPosterior | PosteriorSilence {
  const wrong = alphaOutOfRange(alpha) ?? notFinite(estimate.value, estimate.variance);
  if (wrong !== undefined) return wrong;
  if (!(estimate.variance > 0)) return { kind: "no_variance", difference: estimate.value };
  if (prior === undefined) return posteriorOf(estimate.value, Math.sqrt(estimate.variance), alpha);
  if (!(prior.variance > 0 && Number.isFinite(prior.variance) && Number.isFinite(prior.mean)))
    return { kind: "bad_prior" };
  // As a weighted mean: precisions of 1e30 and 1e−30 do not meet in one sum.
  const weight = prior.variance / (prior.variance + estimate.variance);
  const mean = prior.mean + weight * (estimate.value - prior.mean);
  return posteriorOf(mean, Math.sqrt(weight * estimate.variance), alpha);
}

/** Everything asked of a normal posterior with this mean and standard deviation (more than 0). */
export function posteriorOf(mean: number, standardDeviation: number, alpha: number): NormalPosterior {
  const z = mean / standardDeviation;
  const reach = normalUpperQuantile(alpha / 2) * standardDeviation;
  return {
    kind: "posterior",
    mean,
    standardDeviation,
    chanceToWin: normalSf(-z),
    chanceToLose: normalSf(z),
    lossVariant: standardDeviation * unitLoss(z),
    lossControl: standardDeviation * unitLoss(-z),
    interval: [mean - reach, mean + reach],
  };
}

/** E max(0, −X), X normal around z with standard deviation 1: φ(z) − z Φ(−z), whose two terms cancel for large z. */
function unitLoss(z: number): number {
  if (z <= 0) return normalDensity(z) - z * normalSf(z);
  return normalDensity(z) * (1 - z * Math.sqrt(Math.PI / 2) * erfcx(z / Math.SQRT2));
}
