import type { CovariateMoments } from "../../../protocols/results.ts";
import { mergePairs } from "../bivariate.ts";
import { isConstant } from "../moments.ts";

/** Why the adjustment is not made; the unadjusted result stands. */
export type Unadjustable =
  /** The covariate, or the metric, is the same for all units of both arms. */
  | { readonly kind: "constant_covariate" }
  | { readonly kind: "constant_metric" }
  /** Fewer than `unitsMin` units, or than `shareMin` of them, were there before the experiment. */
  | {
      readonly kind: "too_few_with_history";
      readonly units: number;
      readonly unitsMin: number;
      readonly share: number;
      readonly shareMin: number;
    };

export interface PooledCovariate {
  readonly kind: "pooled";
  readonly theta: number;
  readonly meanCovariate: number;
  /** Of y and x over both arms together, squared: the share of the variance that goes. */
  readonly correlationSquared: number;
}

/** θ, and the covariate's mean, over both arms together. */
export function pooledCovariate(
  control: CovariateMoments,
  variant: CovariateMoments,
): PooledCovariate | Unadjustable {
  const pooled = mergePairs(pairsOf(control), pairsOf(variant));
  const { count, squaredNumerator, squaredDenominator, crossDeviations } = pooled;
  const constant = (mean: number, squaredDeviations: number): boolean =>
    isConstant({ count, mean, squaredDeviations });
  if (constant(pooled.meanDenominator, squaredDenominator)) return { kind: "constant_covariate" };
  if (constant(pooled.meanNumerator, squaredNumerator)) return { kind: "constant_metric" };
  return {
    kind: "pooled",
    theta: crossDeviations / squaredDenominator,
    meanCovariate: pooled.meanDenominator,
    correlationSquared: (crossDeviations / squaredDenominator) * (crossDeviations / squaredNumerator),
  };
}

/** Below this θ is as uncertain as what it is to mend (the thresholds are those of common practice). */
export const historyUnitsMin = 100;
export const historyShareMin = 0.05;

/**
 * Whether enough units have a history. Units without one count with a covariate of 0, which is sound, but a θ made of
 * few units is not.
 */
export function enoughHistory(withHistory: number, units: number): Unadjustable | undefined {
  const share = units === 0 ? 0 : withHistory / units;
  if (withHistory > historyUnitsMin && share > historyShareMin) return undefined;
  return {
    kind: "too_few_with_history",
    units: withHistory,
    unitsMin: historyUnitsMin + 1,
    share,
    shareMin: historyShareMin,
  };
}

function pairsOf(moments: CovariateMoments) {
  return {
    count: moments.count,
    meanNumerator: moments.meanValue,
    meanDenominator: moments.meanCovariate,
    squaredNumerator: moments.squaredValue,
    squaredDenominator: moments.squaredCovariate,
    crossDeviations: moments.crossDeviations,
  };
}
