import type { CovariateMoments } from "../../../protocols/results.ts";
import {
  type AlphaOutOfRange,
  alphaOutOfRange,
  type EffectEstimated,
  type NotFinite,
  notFinite,
  type NoVariance,
  tooFewUnits,
  type TooFewUnits,
  type Uncertain,
  studentEffect,
} from "../effect.ts";
import { satterthwaite } from "../methods/welch.ts";
import { isConstant } from "../moments.ts";
import { pooledCovariate, type Unadjustable } from "./cuped-gate.ts";

export interface CupedEstimated extends EffectEstimated {
  readonly degreesOfFreedom: number;
  /** Cov(y, x) / Var(x) over both arms together. */
  readonly theta: number;
  /** 1 − adjusted / unadjusted variance of the difference; negative when the covariate did harm. */
  readonly varianceReduction: number;
  /** Adjusted means, centred at the covariate's mean over both arms, so that they stay where the metric is. */
  readonly control: Uncertain;
  readonly variant: Uncertain;
  readonly relative?: {
    readonly difference: number;
    readonly standardError: number;
    readonly interval: readonly [number, number];
  };
}

/** Below two units an arm has no variance. */
const cupedUnitsMin = 2;

/** Rounding noise of s²y + θ² s²x − 2θ sxy, relative to its parts. */
const noise = 1e-14;

/**
 * CUPED (Deng, Xu, Kohavi, Walker 2013) with one covariate. θ is one number for both arms, from their pooled moments;
 * the relative lift divides by the unadjusted control mean.
 */
export function cuped(
  control: CovariateMoments,
  variant: CovariateMoments,
  alpha: number,
): CupedEstimated | Unadjustable | TooFewUnits | NoVariance | AlphaOutOfRange | NotFinite {
  const wrong =
    alphaOutOfRange(alpha) ??
    notFinite(...numbersOf(control), ...numbersOf(variant)) ??
    tooFewUnits(control.count, variant.count, cupedUnitsMin);
  if (wrong !== undefined) return wrong;
  const pooled = pooledCovariate(control, variant);
  if (pooled.kind !== "pooled") return pooled;
  const { theta, meanCovariate } = pooled;
  const a = adjusted(control, theta, meanCovariate);
  const b = adjusted(variant, theta, meanCovariate);
  // Not from the adjusted means: their common part would cancel.
  const difference =
    variant.meanValue - control.meanValue - theta * (variant.meanCovariate - control.meanCovariate);
  const squares = a.variance + b.variance;
  if (squares === 0) return { kind: "no_variance", difference };
  const degreesOfFreedom = satterthwaite(a.variance, control.count, b.variance, variant.count);
  const effect = studentEffect(difference, Math.sqrt(squares), degreesOfFreedom, alpha);
  const plain = plainVariance(control) + plainVariance(variant);
  const relative = relativeOf(control, variant, theta, difference, effect.critical);
  return {
    ...effect,
    theta,
    varianceReduction: plain === 0 ? 0 : 1 - squares / plain,
    control: a,
    variant: b,
    ...(relative === undefined ? {} : { relative }),
  };
}

function numbersOf(moments: CovariateMoments): readonly number[] {
  const { meanValue, meanCovariate, squaredValue, squaredCovariate, crossDeviations } = moments;
  return [meanValue, meanCovariate, squaredValue, squaredCovariate, crossDeviations];
}

function adjusted(moments: CovariateMoments, theta: number, meanCovariate: number): Uncertain {
  const { count, meanValue } = moments;
  const own = moments.squaredValue + theta ** 2 * moments.squaredCovariate;
  const rest = own - 2 * theta * moments.crossDeviations;
  const nothing = isConstant({ count, mean: meanValue, squaredDeviations: rest }) || rest <= noise * own;
  return {
    value: meanValue - theta * (moments.meanCovariate - meanCovariate),
    variance: nothing ? 0 : rest / (count - 1) / count,
  };
}

const plainVariance = ({ count, squaredValue }: CovariateMoments): number =>
  squaredValue / (count - 1) / count;

/**
 * Adjusted difference / |unadjusted mean of control| by the delta method: y and x of one arm enter together.
 */
function relativeOf(
  control: CovariateMoments,
  variant: CovariateMoments,
  theta: number,
  difference: number,
  critical: number,
): CupedEstimated["relative"] | undefined {
  const baseline = Math.abs(control.meanValue);
  const wide = critical ** 2 * plainVariance(control) >= baseline ** 2;
  if (baseline === 0 || wide) return undefined;
  const lift = difference / baseline;
  // The baseline moves the quotient, too. Both arms expect one covariate mean, so 1 + lift is taken unadjusted.
  const weight = variant.meanValue / control.meanValue;
  const variance = spread(variant, 1, theta) + spread(control, weight, theta);
  const standardError = Math.sqrt(variance) / baseline;
  return {
    difference: lift,
    standardError,
    interval: [lift - critical * standardError, lift + critical * standardError],
  };
}

/** Var(weight ȳ − θ x̄). */
function spread(moments: CovariateMoments, weight: number, theta: number): number {
  const { count, squaredValue, squaredCovariate, crossDeviations } = moments;
  const squares = weight ** 2 * squaredValue + theta ** 2 * squaredCovariate;
  return Math.max(0, squares - 2 * weight * theta * crossDeviations) / (count - 1) / count;
}
