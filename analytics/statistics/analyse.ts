import { assert } from "../../protocols/assert.ts";
import type { AnalyseRequest } from "../../protocols/analytics-messages.ts";
import type { Metric } from "../../protocols/metric.ts";
import {
  type Analysis,
  type MetricSummary,
  summaryKindOf,
  type VariantSummary,
} from "../../protocols/results.ts";
import { compare } from "./compare.ts";
import { noUnits } from "./merge.ts";
import { sampleRatio } from "./srm.ts";

/** Everything an experiment's sums can say: each variant against control by each metric, and the sample ratio. */
export function analyse({ definition, summary }: AnalyseRequest): Analysis {
  const { experiment, metrics } = definition;
  const { alpha } = experiment.analysis;
  const control = summary.variants.find(({ variant }) => variant === experiment.control);
  const others = summary.variants.filter(({ variant }) => variant !== experiment.control);
  return {
    alpha,
    comparisons: others.flatMap((variant) =>
      metrics.map((metric) => ({
        variant: variant.variant,
        metric: metric.key,
        ...compare(metricOf(control, metric), metricOf(variant, metric), alpha),
      })),
    ),
    sampleRatio: sampleRatio(
      experiment.variants.map(({ key, weight }) => ({
        variant: key,
        weight,
        units: summary.variants.find(({ variant }) => variant === key)?.units ?? 0,
      })),
    ),
  };
}

/** A group's summary of a metric; that of no units when nothing was counted yet. */
function metricOf(group: VariantSummary | undefined, { key, definition }: Metric): MetricSummary {
  const kind = summaryKindOf[definition.type];
  const summary = group?.metrics[key] ?? noUnits(kind);
  assert(summary.kind === kind, `metric ${key} is a ${kind}, its sums are of a ${summary.kind}`);
  return summary;
}
