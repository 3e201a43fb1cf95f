import { normalQuantile, normalUpperQuantile } from "../special/special.ts";
import { zUnits } from "./power.ts";

export interface Errors {
  /** Of the test: two-sided tests spend half of it on each side. */
  readonly alpha: number;
  readonly power: number;
  readonly sides: 1 | 2;
}

/** How many standard errors an effect must measure to be found with this power; the far side is left out. */
export function standardErrorsNeeded({ alpha, power, sides }: Errors): number | undefined {
  if (!(alpha > 0 && alpha < 1 && power > 0 && power < 1)) return undefined;
  const needed = normalUpperQuantile(alpha / sides) + normalQuantile(power);
  return needed > 0 ? needed : undefined;
}

/** The smallest difference of means that is found with this power. `correlation` is that of a covariate (CUPED). */
export function detectableDifference(
  groups: readonly { readonly variance: number; readonly units: number }[],
  errors: Errors,
  correlation = 0,
): number | undefined {
  const needed = standardErrorsNeeded(errors);
  if (needed === undefined || !(Math.abs(correlation) <= 1)) return undefined;
  if (!groups.every(({ variance, units }) => variance >= 0 && units > 0)) return undefined;
  const variance = groups.reduce((sum, group) => sum + group.variance / group.units, 0);
  return needed * Math.sqrt(variance * (1 - correlation ** 2));
}

export interface ProportionUnits {
  /** Variances as under the alternative throughout. */
  readonly unpooled: number;
  /** The critical value from the pooled share, as the pooled z test has it. */
  readonly pooledNull: number;
  /** On the arcsine scale, where the variance does not depend on the share. */
  readonly arcsine: number | undefined;
  readonly effectSize: number;
}

/** Units of the control group for two shares, with ratio × as many in the other. */
export function proportionUnits(
  control: number,
  variant: number,
  errors: Errors,
  ratio = 1,
): ProportionUnits | undefined {
  const needed = standardErrorsNeeded(errors);
  const within = (share: number): boolean => share >= 0 && share <= 1;
  if (needed === undefined || !within(control) || !within(variant) || control === variant || !(ratio > 0))
    return undefined;
  const { alpha, power, sides } = errors;
  const difference = variant - control;
  const alternative = control * (1 - control) + (variant * (1 - variant)) / ratio;
  const pooled = (control + ratio * variant) / (1 + ratio);
  const none = pooled * (1 - pooled) * (1 + 1 / ratio);
  const pooledNeeded =
    normalUpperQuantile(alpha / sides) * Math.sqrt(none) + normalQuantile(power) * Math.sqrt(alternative);
  const effectSize = 2 * Math.asin(Math.sqrt(variant)) - 2 * Math.asin(Math.sqrt(control));
  return {
    unpooled: (needed ** 2 * alternative) / difference ** 2,
    pooledNull: pooledNeeded ** 2 / difference ** 2,
    arcsine: zUnits({ effectSize: Math.abs(effectSize), alpha, sides, ratio }, power),
    effectSize,
  };
}

/**
 * Units of each group to show that a variant is worse by less than `margin`, when it really differs by `difference`
 * (positive: better).
 */
export function nonInferiorityUnits(
  deviation: number,
  margin: number,
  difference: number,
  errors: Pick<Errors, "alpha" | "power">,
): number | undefined {
  const needed = standardErrorsNeeded({ ...errors, sides: 1 });
  if (needed === undefined || !(deviation > 0) || !(margin + difference > 0)) return undefined;
  return (2 * deviation ** 2 * needed ** 2) / (margin + difference) ** 2;
}
