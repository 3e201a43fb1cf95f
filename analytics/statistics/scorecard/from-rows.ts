import type { Metric } from "../../../protocols/metric.ts";
import type { Comparison } from "../../../protocols/results.ts";
import type { RowAnswer, RowEstimated } from "../../../protocols/row-answers.ts";
import type { NoAnswer, Reduced } from "../../../protocols/scorecard.ts";
import type { Answer } from "./answer.ts";

// What only single values tell enters a scorecard as it was when they were read last. Percentiles, and what is capped at one,
// have no other answer; adjustment by several covariates stands beside the plain one.

export type RowAnswers = Readonly<Record<string, RowAnswer>>;

/** Whether the sums of a metric are not what it asks for. */
export const needsRows = ({ definition, cap }: Metric): boolean =>
  definition.type === "percentile" || (cap !== undefined && "percentile" in cap);

/** A comparison that only rows answer, with their answer; or why there is none. */
export function comparisonFromRows(
  metric: Metric,
  comparison: Omit<Comparison, "finding">,
  rows: RowAnswers | undefined,
): { readonly comparison: Omit<Comparison, "finding">; readonly answer: Answer | NoAnswer } {
  const { mean: _mean, meanControl: _meanControl, ...bare } = comparison;
  const found = estimateOf(metric, comparison.variant, rows);
  if (found.kind === "no_answer")
    return { comparison: { ...bare, estimate: { kind: "needs_rows" } }, answer: found };
  const { value, valueControl, difference, standardError, interval, pValue, relative } = found;
  if (
    standardError === undefined ||
    interval === undefined ||
    pValue === undefined ||
    valueControl === undefined
  )
    return { comparison: { ...bare, estimate: { kind: "needs_rows" } }, answer: pending };
  return {
    comparison: {
      ...bare,
      ...(value === undefined ? {} : { mean: value }),
      meanControl: valueControl,
      estimate: {
        kind: "estimated",
        difference,
        standardError,
        interval,
        pValue,
        ...(relative === undefined ? {} : { relative }),
      },
    },
    answer: answerOf(found, standardError, valueControl, comparison),
  };
}

/** The estimate adjusted by all covariates that a metric names. */
export function reducedFromRows(
  metric: Metric,
  comparison: Omit<Comparison, "finding">,
  plain: Answer,
  rows: RowAnswers | undefined,
): { readonly reduced: Reduced; readonly answer: Answer } | NoAnswer | undefined {
  if (metric.covariate?.metrics === undefined) return undefined;
  const found = estimateOf(metric, comparison.variant, rows);
  if (found.kind === "no_answer") return found;
  const { difference, standardError, interval, pValue, varianceReduction, relative } = found;
  if (standardError === undefined || interval === undefined || pValue === undefined) return pending;
  return {
    reduced: {
      kind: "reduced",
      method: "regression",
      difference,
      standardError,
      interval,
      pValue,
      ...(relative === undefined ? {} : { relative }),
      varianceReduction: varianceReduction ?? 1 - (standardError / plain.standardError) ** 2,
    },
    answer: {
      ...plain,
      difference,
      standardError,
      degreesOfFreedom: found.degreesOfFreedom ?? plain.degreesOfFreedom,
    },
  };
}

function estimateOf(metric: Metric, variant: string, rows: RowAnswers | undefined): RowEstimated | NoAnswer {
  const estimate = rows?.[metric.key]?.comparisons.find((each) => each.variant === variant)?.estimate;
  return estimate ?? pending;
}

const pending: NoAnswer = {
  kind: "no_answer",
  code: "needs_rows",
  reason: "it is computed from single values, which have not been read yet",
};

/** Each group's own error is not told, so there is no interval of the relative change. */
function answerOf(
  { difference, value, degreesOfFreedom }: RowEstimated,
  standardError: number,
  valueControl: number,
  { n, nControl }: Omit<Comparison, "finding">,
): Answer {
  return {
    difference,
    standardError,
    degreesOfFreedom: degreesOfFreedom ?? n + nControl - 2,
    control: { value: valueControl, variance: Number.POSITIVE_INFINITY },
    variant: { value: value ?? valueControl + difference, variance: Number.POSITIVE_INFINITY },
    units: n + nControl,
  };
}
