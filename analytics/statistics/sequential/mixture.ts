import { lowerLambertOfLog } from "../special/special.ts";

// Always-valid inference by a normal mixture (Robbins 1970). Every product's "sequential testing" is this one family;
// they differ in how wide a prior for the effect they mix over (`tau`, in units of the effect's variance) and in
// whether alpha is halved.

/** Which effect is looked for. One-sided bounds spend all alpha on their side. */
export type Sides = 1 | 2;

/**
 * The mixture's precision rho² for which the bound is narrowest after `units` (Waudby-Smith et al. 2021): exactly, by
 * Lambert's W₋₁. One-sided, alpha counts twice, since the bound gives away only one side.
 */
export function exactRhoSquared(units: number, alpha: number, sides: Sides = 2): number {
  const level = sides === 2 ? alpha : 2 * alpha;
  return (lowerLambertOfLog(1 - 2 * Math.log(level)) - 1) / units;
}

/** The usual approximation of it by logarithms, 3.5 % smaller at alpha 0.05. */
export function approximateRhoSquared(units: number, alpha: number, sides: Sides = 2): number {
  const level = -2 * Math.log(sides === 2 ? alpha : 2 * alpha);
  return (level + Math.log1p(level)) / units;
}

/**
 * The half-width of a mixture interval in standard errors, from tau / V: the prior's variance over the estimate's.
 * With tau / V = n rho² it is the asymptotic confidence sequence. `alpha` may be given halved by who wants that.
 */
export function mixtureMultiplier(priorOverVariance: number, alpha: number, sides: Sides = 2): number {
  const ratio = priorOverVariance;
  const logRoot = Math.log1p(ratio) / 2;
  // One-sided: ln(1 + √(ratio + 1)/(2 alpha)), the normal mixture cut at 0 (equation 134 of the paper).
  const level = sides === 2 ? logRoot - Math.log(alpha) : Math.log1p(Math.exp(logRoot) / (2 * alpha));
  return Math.sqrt((2 * (1 + ratio) * level) / ratio);
}

/** ln of the mixture likelihood ratio against no effect: an e-value's logarithm, so that nothing overflows. */
export function logMixtureRatio(z: number, priorOverVariance: number): number {
  const ratio = priorOverVariance;
  return (z * z * ratio) / (2 * (1 + ratio)) - Math.log1p(ratio) / 2;
}

/** Always-valid p of one look: 1 / e-value, at most 1 and never 0. */
export function pOfLogE(logE: number): number {
  return Math.max(Number.MIN_VALUE, Math.exp(Math.min(0, -logE)));
}
