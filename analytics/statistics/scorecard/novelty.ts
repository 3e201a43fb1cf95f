import type { ExperimentDefinition } from "../../../protocols/experiment.ts";
import type { ExperimentSummary, VariantSummary } from "../../../protocols/results.ts";
import type { NoveltyTrend } from "../../../protocols/scorecard.ts";
import { uncertain } from "../compare.ts";
import { noveltyTrend, type DayEffect } from "../depth/novelty.ts";
import { metricOf } from "./metric-of.ts";

/** A day with fewer units in a group says nothing about a trend. */
const unitsPerDayMin = 30;

/**
 * Does the effect on the primary metric change with the day of the units' first exposure? Each unit has one such day, so
 * the days are independent of each other. Only where the sums come by day.
 */
export function noveltyOf(
  { experiment, metrics }: ExperimentDefinition,
  summary: ExperimentSummary,
): NoveltyTrend[] {
  const metric = metrics.find(({ key }) => key === experiment.metrics.primary);
  const { days } = summary;
  if (metric === undefined || days === undefined) return [];
  const first = days[0]?.day ?? 0;
  return experiment.variants.flatMap(({ key }) => {
    if (key === experiment.control) return [];
    const effects = days.flatMap(({ day, variants }) => {
      const effect = effectOf(variants, experiment.control, key, (group) =>
        metricOf(group, metric, experiment.unit),
      );
      return effect === undefined ? [] : [{ day: day - first, ...effect }];
    });
    const trend = noveltyTrend(effects);
    return trend.kind === "tested"
      ? [
          {
            variant: key,
            metric: metric.key,
            slopePerDay: trend.slope,
            pValue: trend.pValue,
            days: effects.length,
          },
        ]
      : [];
  });
}

function effectOf(
  variants: readonly VariantSummary[],
  control: string,
  variant: string,
  sumsOf: (group: VariantSummary | undefined) => ReturnType<typeof metricOf>,
): Omit<DayEffect, "day"> | undefined {
  const [a, b] = [control, variant].map((key) => sumsOf(variants.find((each) => each.variant === key)));
  if (a === undefined || b === undefined || Math.min(a.count, b.count) < unitsPerDayMin) return undefined;
  const [from, to] = [uncertain(a), uncertain(b)];
  if (from === undefined || to === undefined || from.variance + to.variance === 0) return undefined;
  return { value: to.value - from.value, variance: from.variance + to.variance };
}
