import { logMixtureRatio } from "./mixture.ts";

// The mixture sequential probability ratio test (Johari, Koomen, Pekelis & Walsh 2017), in logarithms: Λ itself
// overflows on large samples.

/** ln Λ of a difference whose estimate has this variance, mixed over effects of variance `priorVariance`. */
export function logLikelihoodRatio(
  effect: number,
  variance: number,
  priorVariance: number,
): number | undefined {
  if (!(variance > 0 && priorVariance > 0)) return undefined;
  return logMixtureRatio(effect / Math.sqrt(variance), priorVariance / variance);
}

/** Of two proportions with n units each: the normal form with variances p(1 − p)/n. */
export function bernoulliLogLikelihoodRatio(
  control: { readonly count: number; readonly share: number },
  variant: { readonly count: number; readonly share: number },
  priorVariance: number,
): number | undefined {
  const variance =
    (control.share * (1 - control.share)) / control.count +
    (variant.share * (1 - variant.share)) / variant.count;
  return logLikelihoodRatio(variant.share - control.share, variance, priorVariance);
}
