import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import { analysisUnitOf, summaryKind } from "../../protocols/metric-shape.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { RowMethod } from "../../protocols/row-answers.ts";
import { covariatesOf } from "./statement.ts";

/** The share of a cap that is a percentile of all arms together. */
export const capShare = ({ cap }: Metric): number | undefined =>
  cap !== undefined && "percentile" in cap ? cap.percentile / 100 : undefined;

/** The method that a metric's definition calls for; undefined where sums say all. */
export function ownMethod(metric: Metric): RowMethod | undefined {
  if (metric.definition.type === "percentile") return "percentile";
  if (capShare(metric) !== undefined) return "capped_welch";
  return (metric.covariate?.metrics?.length ?? 0) > 0 ? "regression" : undefined;
}

/** Why a method says nothing about a metric, as a request's problem; undefined where it does. */
export function misfit(
  method: RowMethod,
  metric: Metric,
  definition: ExperimentDefinition,
): string | undefined {
  const isPercentile = metric.definition.type === "percentile";
  const unit = definition.experiment.unit;
  const isRatio = summaryKind(metric, unit) === "ratio";
  const isFiner = analysisUnitOf(metric, unit) !== "unit";
  if (capShare(metric) !== undefined && isFiner && method !== "distribution")
    return "its cap is of single values, and rows are read by unit: cap at a value instead";
  switch (method) {
    case "percentile":
      return isPercentile ? undefined : "only of metrics whose type is percentile";
    case "capped_welch":
      return capShare(metric) === undefined ? "only of metrics with cap.percentile" : undefined;
    case "mann_whitney":
      return isRatio || (isPercentile && isFiner)
        ? "units have no single value of this metric that could be ranked"
        : undefined;
    case "bootstrap":
    case "distribution":
      return undefined;
    case "regression": {
      if (isRatio || isPercentile)
        return "only of metrics with one value a unit, of which the mean is compared";
      const covariates = covariatesOf(metric, definition);
      if (covariates === undefined)
        return "covariate.metrics names one that the experiment does not have, or that has no covariate";
      return covariates.length === 0 ? "only of metrics with a covariate" : undefined;
    }
    case "cluster_cr2":
      return isPercentile ? "only of means" : undefined;
  }
}
