import { approximateRhoSquared, exactRhoSquared, mixtureMultiplier } from "../sequential/mixture.ts";
import { normalSf } from "../special/special.ts";

export interface AlwaysValidPlan {
  readonly alpha: number;
  /** The number of units at which the interval is narrowest. */
  readonly unitsPlanned: number;
  /** By the logarithmic approximation of rho², as GrowthBook does. */
  readonly approximate?: boolean;
}

/**
 * The chance that an always-valid interval excludes 0 at one look with so many units: a lower bound for the chance
 * that it does so at any look up to then.
 */
export function alwaysValidPower(
  effect: number,
  standardError: number,
  units: number,
  { alpha, unitsPlanned, approximate = false }: AlwaysValidPlan,
): number | undefined {
  if (!(alpha > 0 && alpha < 1 && unitsPlanned > 0 && units > 0 && standardError > 0)) return undefined;
  const rhoSquared = (approximate ? approximateRhoSquared : exactRhoSquared)(unitsPlanned, alpha);
  const needed = mixtureMultiplier(units * rhoSquared, alpha);
  const shift = Math.abs(effect) / standardError;
  return normalSf(needed - shift) + normalSf(needed + shift);
}
