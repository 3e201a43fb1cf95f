import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import { hasCovariate, summaryKind } from "../../protocols/metric-shape.ts";
import type { CovariateMoments, MetricSummary, VariantSummary } from "../../protocols/results.ts";
import { reasons } from "./scope.ts";

// From the statement's rows to summaries.

export type ArmRow = Readonly<Record<string, number | string>> & {
  readonly variant: string;
  readonly part: string;
};

export const isCounted = (arm: ArmRow): boolean => numberOf(arm, "reason") === reasons.counted;

/** Units that are set aside for one reason. */
export const unitsOf = (arms: readonly ArmRow[], reason: keyof typeof reasons): number =>
  arms
    .filter((arm) => numberOf(arm, "reason") === reasons[reason])
    .reduce((sum, arm) => sum + numberOf(arm, "units"), 0);

/** Integers of 64 bits come as text; an arm without units has no row, and its sums are 0. */
export const numberOf = (arm: ArmRow | undefined, column: string): number => Number(arm?.[column] ?? 0);

export function variantSummary(
  variant: string,
  { metrics, experiment: { unit } }: ExperimentDefinition,
  arms: readonly ArmRow[],
): VariantSummary {
  const arm = arms.find((candidate) => candidate.variant === variant && isCounted(candidate));
  const covariates = metrics.flatMap((metric, index) =>
    hasCovariate(metric, unit) ? [[metric.key, covariateMoments(arm, index)] as const] : [],
  );
  return {
    variant,
    units: numberOf(arm, "units"),
    metrics: Object.fromEntries(
      metrics.map((metric, index) => [metric.key, metricSummary(summaryKind(metric, unit), arm, index)]),
    ),
    ...(covariates.length === 0 ? {} : { covariates: Object.fromEntries(covariates) }),
  };
}

const covariateMoments = (arm: ArmRow | undefined, index: number): CovariateMoments => ({
  count: numberOf(arm, `vn${index}`),
  meanValue: numberOf(arm, `vy${index}`),
  meanCovariate: numberOf(arm, `vx${index}`),
  squaredValue: numberOf(arm, `vyy${index}`),
  squaredCovariate: numberOf(arm, `vxx${index}`),
  crossDeviations: numberOf(arm, `vxy${index}`),
});

function metricSummary(kind: MetricSummary["kind"], arm: ArmRow | undefined, index: number): MetricSummary {
  const count = numberOf(arm, `n${index}`);
  const mean = numberOf(arm, `m${index}`);
  const squaredDeviations = numberOf(arm, `d${index}`);
  switch (kind) {
    case "proportion":
      return { kind: "proportion", count: numberOf(arm, "units"), successes: count };
    case "distribution":
      return { kind, count };
    case "mean":
      return { kind: "mean", count, mean, squaredDeviations };
    case "ratio":
      return {
        kind: "ratio",
        count,
        meanNumerator: mean,
        meanDenominator: numberOf(arm, `mz${index}`),
        squaredNumerator: squaredDeviations,
        squaredDenominator: numberOf(arm, `dz${index}`),
        crossDeviations: numberOf(arm, `c${index}`),
      };
  }
}
