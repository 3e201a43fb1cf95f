import {
  type AlphaOutOfRange,
  alphaOutOfRange,
  type EffectEstimated,
  type NoVariance,
  tooFewUnits,
  type TooFewUnits,
  normalEffect,
} from "../effect.ts";
import { at, type Matrix, quadratic } from "../linear/cholesky.ts";
import type { ZeroDenominator } from "../methods/ratio.ts";
import { satterthwaite } from "../methods/welch.ts";

/** Of (numerator, denominator, numerator before, denominator before) per unit. */
export interface RatioHistoryMoments {
  readonly count: number;
  readonly means: readonly [number, number, number, number];
  /** Σ (vᵢ − v̄ᵢ)(vⱼ − v̄ⱼ), four by four. */
  readonly products: Matrix;
}

export interface CupedRatioEstimated extends EffectEstimated {
  readonly theta: number;
  /** Satterthwaite's, for those who want a t here. The interval is normal, as with any ratio. */
  readonly degreesOfFreedom: number;
  readonly relative?: {
    readonly difference: number;
    readonly standardError: number;
    readonly interval: readonly [number, number];
  };
}

/** The ratio before the experiment says nothing: it has no spread, or nothing to divide by. */
export interface ConstantCovariate {
  readonly kind: "constant_covariate";
}

/** The delta method is a large-sample one. */
const unitsMin = 10;

/**
 * CUPED for a ratio: its own ratio before the experiment is the covariate, both linearised (Deng, Knoblich, Lu 2018).
 * θ from the sums of both arms' linearised covariances and variances; the lift divides by the unadjusted ratio.
 */
export function cupedRatio(
  control: RatioHistoryMoments,
  variant: RatioHistoryMoments,
  alpha: number,
): CupedRatioEstimated | TooFewUnits | NoVariance | ZeroDenominator | ConstantCovariate | AlphaOutOfRange {
  const wrong = alphaOutOfRange(alpha) ?? tooFewUnits(control.count, variant.count, unitsMin);
  if (wrong !== undefined) return wrong;
  const a = armOf(control);
  const b = armOf(variant);
  if (a === undefined || b === undefined) return { kind: "zero_denominator" };
  const spread = a.before.spread + b.before.spread;
  if (!(spread > 0)) return { kind: "constant_covariate" };
  const theta = (a.shared + b.shared) / spread;
  const difference = b.ratio - a.ratio - theta * (b.before.ratio - a.before.ratio);
  const [varianceA, varianceB] = [varianceOf(a, 1, theta), varianceOf(b, 1, theta)];
  const variance = varianceA + varianceB;
  if (variance === 0) return { kind: "no_variance", difference };
  const effect = normalEffect(difference, Math.sqrt(variance), alpha);
  const relative = relativeOf(a, b, theta, difference, effect.critical);
  return {
    ...effect,
    theta,
    degreesOfFreedom: satterthwaite(varianceA, a.count, varianceB, b.count),
    ...(relative === undefined ? {} : { relative }),
  };
}

interface Arm {
  readonly count: number;
  readonly ratio: number;
  readonly gradient: readonly [number, number, number, number];
  readonly before: { readonly ratio: number; readonly spread: number };
  /** Covariance of the two linearised ratios. */
  readonly shared: number;
  readonly covariance: Matrix;
}

function armOf({ count, means, products }: RatioHistoryMoments): Arm | undefined {
  const [numerator, denominator, numeratorBefore, denominatorBefore] = means;
  if (denominator === 0 || denominatorBefore === 0) return undefined;
  const ratio = numerator / denominator;
  const ratioBefore = numeratorBefore / denominatorBefore;
  const covariance = products.map((row) => row.map((value) => value / (count - 1)));
  const now = [1 / denominator, -ratio / denominator, 0, 0] as const;
  const before = [0, 0, 1 / denominatorBefore, -ratioBefore / denominatorBefore] as const;
  return {
    count,
    ratio,
    gradient: [now[0], now[1], before[2], before[3]],
    before: {
      ratio: ratioBefore,
      spread: positive(quadratic(before, covariance, before), before, covariance),
    },
    shared: quadratic(now, covariance, before),
    covariance,
  };
}

/** Var(weight R − θ R0) of an arm. */
function varianceOf({ count, gradient, covariance }: Arm, weight: number, theta: number): number {
  const [first, second, third, fourth] = gradient;
  const direction = [weight * first, weight * second, -theta * third, -theta * fourth];
  return positive(quadratic(direction, covariance, direction), direction, covariance) / count;
}

/** A sum that is no larger than the rounding of its parts is 0. */
function positive(value: number, direction: readonly number[], covariance: Matrix): number {
  const parts = direction.reduce((sum, d, index) => sum + d * d * at(covariance, index, index), 0);
  return value <= 1e-13 * parts ? 0 : value;
}

function relativeOf(
  control: Arm,
  variant: Arm,
  theta: number,
  difference: number,
  critical: number,
): CupedRatioEstimated["relative"] | undefined {
  const baseline = Math.abs(control.ratio);
  if (baseline === 0 || critical ** 2 * varianceOf(control, 1, 0) >= baseline ** 2) return undefined;
  const lift = difference / baseline;
  // The baseline moves the quotient, too.
  const weight = 1 + difference / control.ratio;
  const standardError =
    Math.sqrt(varianceOf(variant, 1, theta) + varianceOf(control, weight, theta)) / baseline;
  return {
    difference: lift,
    standardError,
    interval: [lift - critical * standardError, lift + critical * standardError],
  };
}
