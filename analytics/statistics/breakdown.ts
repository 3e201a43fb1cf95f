import type { Breakdown, BreakdownRequest, Heterogeneity, SegmentEffect } from "../../protocols/breakdown.ts";
import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { DimensionSummary, VariantSummary } from "../../protocols/results.ts";
import type { NoAnswer } from "../../protocols/scorecard.ts";
import { compare, uncertain } from "./compare.ts";
import { heterogeneity } from "./depth/heterogeneity.ts";
import type { Uncertain } from "./effect.ts";
import { adjust } from "./multiplicity/adjust.ts";
import { metricOf } from "./scorecard/metric-of.ts";

// The effects within each value of a dimension, as if each value were an experiment of its own, and whether they are one.

export function breakdown({ definition, dimension, values }: BreakdownRequest): Breakdown {
  const { experiment, metrics } = definition;
  const variants = experiment.variants.map(({ key }) => key).filter((key) => key !== experiment.control);
  const pairs = variants.flatMap((variant) => metrics.map((metric) => ({ variant, metric })));
  const columns = pairs.map(({ variant, metric }) => columnOf(definition, values, variant, metric));
  return {
    dimension,
    segments: values.map(({ value, variants: groups }, index) => ({
      value,
      units: groups.reduce((sum, { units }) => sum + units, 0),
      effects: columns.flatMap((column) => column[index]?.effect ?? []),
    })),
    heterogeneity: pairs.map(({ variant, metric }, index) => ({
      variant,
      metric: metric.key,
      answer: answerOf(
        (columns[index] ?? []).flatMap(({ effect, difference }) =>
          effect.estimate.kind === "estimated" && difference !== undefined ? [difference] : [],
        ),
      ),
    })),
    multiplicity: `Adjusted p-values are Holm's, over the ${values.length} values of ${dimension} for each variant and metric by itself; nothing is adjusted for looking at several metrics, dimensions or moments.`,
  };
}

interface Cell {
  readonly effect: SegmentEffect;
  /** Absent without units, or where sums do not tell. */
  readonly difference: Uncertain | undefined;
}

/** One metric of one variant, over the values. */
function columnOf(
  { experiment }: ExperimentDefinition,
  values: readonly DimensionSummary[],
  variant: string,
  metric: Metric,
): readonly Cell[] {
  const { alpha } = experiment.analysis;
  const cells = values.map(({ variants }) => {
    const group = (key: string): VariantSummary | undefined => variants.find((each) => each.variant === key);
    const control = metricOf(group(experiment.control), metric, experiment.unit);
    const treated = metricOf(group(variant), metric, experiment.unit);
    const effect = { variant, metric: metric.key, ...compare(control, treated, alpha) };
    const [a, b] = [uncertain(control), uncertain(treated)];
    const difference =
      a === undefined || b === undefined
        ? undefined
        : { value: b.value - a.value, variance: a.variance + b.variance };
    return { effect, difference };
  });
  const pValues = cells.flatMap(({ effect }) =>
    effect.estimate.kind === "estimated" ? [effect.estimate.pValue] : [],
  );
  const adjusted = [...(adjust(pValues, "holm") ?? [])];
  return cells.map((cell) => {
    if (cell.effect.estimate.kind !== "estimated") return cell;
    const adjustedPValue = adjusted.shift();
    return adjustedPValue === undefined ? cell : { ...cell, effect: { ...cell.effect, adjustedPValue } };
  });
}

function answerOf(differences: readonly Uncertain[]): Heterogeneity | NoAnswer {
  const answer = heterogeneity(differences);
  switch (answer.kind) {
    case "tested": {
      const { kind, q, degreesOfFreedom, pValue, inconsistency } = answer;
      return { kind, q, degreesOfFreedom, pValue, iSquared: inconsistency };
    }
    case "too_few_segments":
      return {
        kind: "no_answer",
        code: answer.kind,
        reason: `${answer.segments} of the values ${answer.segments === 1 ? "has" : "have"} an effect of their own, and ${answer.segmentsMin} are needed`,
      };
    case "no_variance":
      return { kind: "no_answer", code: answer.kind, reason: "within a value every unit is the same" };
  }
}
