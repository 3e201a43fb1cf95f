import { assert } from "../../../protocols/assert.ts";
import type { Metric } from "../../../protocols/metric.ts";
import { summaryKind } from "../../../protocols/metric-shape.ts";
import type { MetricSummary, VariantSummary } from "../../../protocols/results.ts";
import { noUnits } from "../merge.ts";

/** A group's summary of a metric; that of no units when nothing was counted yet. */
export function metricOf(group: VariantSummary | undefined, metric: Metric, unit: string): MetricSummary {
  const kind = summaryKind(metric, unit);
  const summary = group?.metrics[metric.key] ?? noUnits(kind);
  assert(summary.kind === kind, `metric ${metric.key} is a ${kind}, its sums are of a ${summary.kind}`);
  return summary;
}
