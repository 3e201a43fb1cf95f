import type { Baseline, Effect } from "../../protocols/power.ts";
import type { PlanRefusal } from "../../protocols/power-answer.ts";

/** One variant against the control, before it is known how many units there will be. */
export interface PlannedComparison {
  readonly baseline: Baseline;
  readonly mean: number;
  /** Of the variant and the control: their shares of all units in the experiment. */
  readonly shares: readonly [control: number, variant: number];
  /** The difference that the test is to rule out: 0, or the margin of a non-inferiority test. */
  readonly null: number;
  /** Of the variance, what covariates leave: 1 − ρ². */
  readonly varianceLeft: number;
  /** Whether units' values change long after their exposure, so that planned looks are bounded each by itself. */
  readonly grows: boolean;
}

/** Mean, rate or ratio; undefined for a ratio whose denominators are 0. */
export function meanOf(baseline: Baseline): number | undefined {
  switch (baseline.kind) {
    case "mean":
      return baseline.mean;
    case "proportion":
      return baseline.rate;
    case "ratio":
      return baseline.meanDenominator === 0 ? undefined : baseline.meanNumerator / baseline.meanDenominator;
  }
}

/** Of one unit, when the arm's mean is off by `difference`: only a rate's variance follows its mean. */
export function varianceOf(baseline: Baseline, difference: number): number {
  switch (baseline.kind) {
    case "mean":
      return baseline.standardDeviation ** 2;
    case "proportion": {
      const rate = baseline.rate + difference;
      return rate * (1 - rate);
    }
    case "ratio": {
      // The delta method's, as of the analysis: of numerator − R denominator, per denominator.
      const { deviationNumerator: n, deviationDenominator: d, correlation, meanDenominator } = baseline;
      const ratio = baseline.meanNumerator / meanDenominator;
      return Math.max(0, (n - ratio * d) ** 2 + 2 * ratio * n * d * (1 - correlation)) / meanDenominator ** 2;
    }
  }
}

/** Of the difference between the two arms, with so many units in the whole experiment. */
export function standardErrorAt(comparison: PlannedComparison, units: number, difference: number): number {
  const { baseline, shares, varianceLeft } = comparison;
  const [control, variant] = shares;
  const perUnit = varianceOf(baseline, 0) / control + varianceOf(baseline, difference) / variant;
  return Math.sqrt((perUnit * varianceLeft) / units);
}

/**
 * The pooled test's standard error over the true one, when the rates differ; 1 for all else. Its critical value is so much
 * further away.
 */
export function pooledScale(comparison: PlannedComparison, difference: number): number {
  const { baseline, shares } = comparison;
  if (baseline.kind !== "proportion" || comparison.null !== 0 || comparison.varianceLeft !== 1) return 1;
  const [control, variant] = shares;
  const pooled = (baseline.rate * control + (baseline.rate + difference) * variant) / (control + variant);
  const none = pooled * (1 - pooled) * (1 / control + 1 / variant);
  return Math.sqrt(none) / standardErrorAt(comparison, 1, difference);
}

/** In the metric's own units. */
export function absoluteOf(effect: Effect, mean: number): number | PlanRefusal {
  if ("absolute" in effect) return effect.absolute;
  return mean === 0 && effect.relative !== 0 ? { kind: "zero_baseline" } : effect.relative * Math.abs(mean);
}

/** What no number of units can change. */
export function refusalOf(comparison: PlannedComparison, difference: number): PlanRefusal | undefined {
  const { baseline } = comparison;
  const rate = baseline.kind === "proportion" ? baseline.rate + difference : 0;
  if (!(rate >= 0 && rate <= 1)) return { kind: "rate_out_of_range", rate };
  const error = standardErrorAt(comparison, 1, difference);
  if (!Number.isFinite(error)) return { kind: "not_finite" };
  if (!(error > 0)) return { kind: "no_variance" };
  return difference === comparison.null ? { kind: "no_effect" } : undefined;
}
