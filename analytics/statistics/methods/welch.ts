import {
  type AlphaOutOfRange,
  alphaOutOfRange,
  type EffectEstimated,
  notFinite,
  type NotFinite,
  type NoVariance,
  oneSided,
  tooFewUnits,
  type TooFewUnits,
  type Uncertain,
  studentEffect,
} from "../effect.ts";
import { isConstant, type MeanSummary, variance } from "../moments.ts";
import { studentSf } from "../special/special.ts";

/** Below two units a group has no variance. */
const welchUnitsMin = 2;

export interface WelchEstimated extends EffectEstimated {
  readonly degreesOfFreedom: number;
  /** One-sided: the evidence for variant > control, and for variant < control. */
  readonly pGreater: number;
  readonly pLess: number;
}

/** Difference of two means without assuming equal variances: t with Satterthwaite's degrees of freedom. */
export function welch(
  control: MeanSummary,
  variant: MeanSummary,
  alpha: number,
): WelchEstimated | TooFewUnits | NoVariance | AlphaOutOfRange | NotFinite {
  const wrong =
    alphaOutOfRange(alpha) ??
    notFinite(control.mean, control.squaredDeviations, variant.mean, variant.squaredDeviations);
  if (wrong !== undefined) return wrong;
  const tooFew = tooFewUnits(control.count, variant.count, welchUnitsMin);
  if (tooFew !== undefined) return tooFew;
  const difference = variant.mean - control.mean;
  const a = uncertainMean(control);
  const b = uncertainMean(variant);
  const standardError = Math.sqrt(a.variance + b.variance);
  if (standardError === 0) return { kind: "no_variance", difference };
  const degreesOfFreedom = satterthwaite(a.variance, control.count, b.variance, variant.count);
  const effect = studentEffect(difference, standardError, degreesOfFreedom, alpha);
  return {
    ...effect,
    pGreater: oneSided(studentSf(effect.statistic, degreesOfFreedom)),
    pLess: oneSided(studentSf(-effect.statistic, degreesOfFreedom)),
  };
}

/** The mean and s²/n. A group of one value has none, whatever rounding left in its sums. */
export function uncertainMean(summary: MeanSummary): Uncertain {
  return {
    value: summary.mean,
    variance: isConstant(summary) ? 0 : (variance(summary) ?? 0) / summary.count,
  };
}

/** (a + b)² / (a²/(nA − 1) + b²/(nB − 1)), by shares, so that squares of tiny variances do not vanish. */
export function satterthwaite(varianceA: number, countA: number, varianceB: number, countB: number): number {
  const share = varianceA / (varianceA + varianceB);
  return 1 / (share ** 2 / (countA - 1) + (1 - share) ** 2 / (countB - 1));
}
