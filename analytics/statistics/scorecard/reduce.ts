import type { ExperimentSummary, MetricSummary, VariantSummary } from "../../../protocols/results.ts";
import type { NoAnswer, Reduced } from "../../../protocols/scorecard.ts";
import type { ResolvedPlan } from "../../../protocols/resolved-plan.ts";
import type { MeanSummary } from "../moments.ts";
import { cuped } from "../variance-reduction/cuped.ts";
import { postStratified } from "../variance-reduction/post-stratification.ts";
import type { Answer } from "./answer.ts";

/** A less noisy estimate of the same effect, and how the later steps are to see it. */
export interface Reduction {
  readonly reduced: Reduced;
  readonly answer: Answer;
}

/** Undefined where neither the plan nor the metric knows of any. */
export function reduction(
  metric: string,
  {
    control,
    variant,
    summary,
  }: { control: VariantSummary; variant: VariantSummary; summary: ExperimentSummary },
  plain: Answer,
  { alpha, cuped: isWanted, stratifyBy }: ResolvedPlan,
): Reduction | NoAnswer | undefined {
  const [a, b] = [control.covariates?.[metric], variant.covariates?.[metric]];
  if (isWanted && a !== undefined && b !== undefined) {
    const adjusted = cuped(a, b, alpha);
    if (adjusted.kind !== "estimated") return none(adjusted.kind);
    if (adjusted.varianceReduction <= 0)
      return { kind: "no_answer", code: "no_gain", reason: "the covariate explains nothing of the metric" };
    const { difference, standardError, interval, pValue, relative, varianceReduction, theta } = adjusted;
    return {
      reduced: {
        kind: "reduced",
        method: "cuped",
        difference,
        standardError,
        interval,
        pValue,
        ...(relative === undefined
          ? {}
          : { relative: { difference: relative.difference, interval: relative.interval } }),
        varianceReduction,
        theta,
      },
      answer: {
        ...plain,
        difference,
        standardError,
        degreesOfFreedom: adjusted.degreesOfFreedom,
        control: adjusted.control,
        variant: adjusted.variant,
      },
    };
  }
  return stratifyBy === undefined
    ? undefined
    : stratified(metric, control, variant, summary, plain, alpha, stratifyBy);
}

function stratified(
  metric: string,
  control: VariantSummary,
  variant: VariantSummary,
  summary: ExperimentSummary,
  plain: Answer,
  alpha: number,
  dimension: string,
): Reduction | NoAnswer {
  const values = summary.dimensions?.[dimension];
  if (values === undefined)
    return { kind: "no_answer", code: "no_strata", reason: `there are no sums by ${dimension}` };
  const strata = values.flatMap(({ variants }) => {
    const cell = (key: string): MeanSummary | undefined =>
      momentsOf(variants.find((each) => each.variant === key)?.metrics[metric]);
    const [a, b] = [cell(control.variant), cell(variant.variant)];
    return a === undefined || b === undefined ? [] : [{ control: a, variant: b }];
  });
  if (strata.length === 0)
    return {
      kind: "no_answer",
      code: "no_strata",
      reason: `${metric} is not one that strata are put together for`,
    };
  const estimate = postStratified(strata, alpha);
  if (estimate.kind !== "estimated") return none(estimate.kind);
  const { difference, standardError, interval, pValue } = estimate;
  return {
    reduced: {
      kind: "reduced",
      method: "post_stratification",
      difference,
      standardError,
      interval,
      pValue,
      varianceReduction: 1 - (standardError / plain.standardError) ** 2,
      strata: estimate.strata,
    },
    answer: {
      ...plain,
      difference,
      standardError,
      variant: { value: plain.control.value + difference, variance: plain.variant.variance },
    },
  };
}

/** Of means and proportions; a ratio's strata would need their denominators' weights. */
function momentsOf(summary: MetricSummary | undefined): MeanSummary | undefined {
  if (summary?.kind === "mean") return summary;
  if (summary?.kind !== "proportion") return undefined;
  const { count, successes } = summary;
  const mean = count === 0 ? 0 : successes / count;
  return { count, mean, squaredDeviations: successes * (1 - mean) };
}

const reasons: Record<string, string> = {
  constant_covariate: "the covariate is the same for all units",
  constant_metric: "the metric is the same for all units",
  too_few_with_history: "too few units are known from before",
  too_few_units: "there are too few units",
  no_variance: "nothing is left to vary",
};

const none = (code: string): NoAnswer => ({
  kind: "no_answer",
  code,
  reason: reasons[code] ?? "its numbers are out of range",
});
