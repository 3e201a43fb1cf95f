import {
  approximateRhoSquared,
  exactRhoSquared,
  logMixtureRatio,
  mixtureMultiplier,
  pOfLogE,
  type Sides,
} from "./mixture.ts";

/** An estimate that is near normal from many units. */
export interface Estimate {
  readonly effect: number;
  readonly standardError: number;
  /** Units of both arms together. */
  readonly units: number;
}

export interface SequencePlan {
  readonly alpha: number;
  /** The number of units at which the interval should be narrowest. */
  readonly unitsPlanned: number;
  readonly sides?: Sides;
}

export type ConfidenceSequence =
  | {
      readonly kind: "estimated";
      readonly lower: number;
      readonly upper: number;
      readonly radius: number;
      readonly rhoSquared: number;
      /** Of this look alone; the running minimum over looks is the valid one to report. */
      readonly pValue: number;
      readonly logE: number;
    }
  | { readonly kind: "alpha_out_of_range" }
  | { readonly kind: "plan_out_of_range" }
  | { readonly kind: "no_variance" }
  | { readonly kind: "too_few_units"; readonly units: number; readonly unitsMin: number };

/** Below this an asymptotic sequence promises too much: the anytime-valid t is for that. */
const unitsMin = 2;

/**
 * The asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas 2021): an interval that holds at
 * all looks together, however often one looks. One-sided: a lower bound for the effect.
 */
export function confidenceSequence(
  { effect, standardError, units }: Estimate,
  { alpha, unitsPlanned, sides = 2 }: SequencePlan,
): ConfidenceSequence {
  if (!(alpha > 0 && alpha < (sides === 2 ? 1 : 0.5))) return { kind: "alpha_out_of_range" };
  if (!(unitsPlanned > 0 && Number.isFinite(unitsPlanned))) return { kind: "plan_out_of_range" };
  if (!(units >= unitsMin)) return { kind: "too_few_units", units, unitsMin };
  if (!(standardError > 0 && Number.isFinite(standardError))) return { kind: "no_variance" };
  const rhoSquared = exactRhoSquared(unitsPlanned, alpha, sides);
  const ratio = units * rhoSquared;
  const radius = standardError * mixtureMultiplier(ratio, alpha, sides);
  const z = effect / standardError;
  const logE = sides === 2 ? logMixtureRatio(z, ratio) : oneSidedLogE(z, ratio);
  return {
    kind: "estimated",
    lower: effect - radius,
    upper: sides === 2 ? effect + radius : Number.POSITIVE_INFINITY,
    radius,
    rhoSquared,
    pValue: sides === 2 ? pOfLogE(logE) : oneSidedP(z, ratio),
    logE,
  };
}

/** The e-value whose inverse is the one-sided p below. */
const oneSidedLogE = (z: number, ratio: number): number => -Math.log(oneSidedP(z, ratio));

/** The alpha at which the one-sided bound would just touch 0; 1/2 at most, since it says nothing against z ≤ 0. */
function oneSidedP(z: number, ratio: number): number {
  if (z <= 0) return 1;
  const level = (z * z * ratio) / (2 * (1 + ratio));
  const p = Math.exp(Math.log1p(ratio) / 2 - level - Math.LN2 - Math.log1p(-Math.exp(-level)));
  return Math.max(Number.MIN_VALUE, Math.min(1, p));
}

/** The narrowest radius for an exact or an approximated rho², for a standard deviation per unit. */
export function radiusPerUnit(
  units: number,
  deviation: number,
  plan: {
    readonly unitsPlanned: number;
    readonly alpha: number;
    readonly sides: Sides;
    readonly exact: boolean;
  },
): number {
  const { unitsPlanned, alpha, sides, exact } = plan;
  const rhoSquared = (exact ? exactRhoSquared : approximateRhoSquared)(unitsPlanned, alpha, sides);
  return (deviation / Math.sqrt(units)) * mixtureMultiplier(units * rhoSquared, alpha, sides);
}
