import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import { uint64Text, unitHash } from "../../protocols/hash64.ts";
import type { UnitId } from "../../protocols/ids.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { ExperimentSummary, MetricSummary } from "../../protocols/results.ts";
import { Partition } from "./partition.ts";

// What the fold makes of a few records in memory: metrics are tried before they are used.

export interface Trial {
  readonly summary: ExperimentSummary;
  /** Those that count, under the name that they count as. Null: the metric leaves the unit out, or divides by 0. */
  readonly units: readonly {
    readonly unit: UnitId;
    readonly variant: string;
    readonly values: Readonly<Record<string, number | null>>;
  }[];
}

/** `records` in the order of the log. */
export function trial(definition: ExperimentDefinition, records: readonly LogRecord[]): Trial {
  const { key } = definition.experiment;
  const partition = folded(definition, records);
  // A percentile leaves no values behind, but a unit's value is the sum of its events.
  const sums = folded({ ...definition, metrics: definition.metrics.map(asSum) }, records);
  const units = [...new Set(records.flatMap(unitsOf))].flatMap((unit) => {
    const { high, low } = unitHash(unit);
    const hash = uint64Text({ high, low });
    const own = (of: Partition) =>
      of.summaryWithin(key, { from: hash, to: hash })?.variants.find((arm) => arm.units > 0);
    const [arm, sumsOfArm] = [own(partition), own(sums)];
    if (arm === undefined) return [];
    const values = definition.metrics.map((metric) => {
      const summary = arm.metrics[metric.key];
      const sum = sumsOfArm?.metrics[metric.key];
      const isOne = summary?.kind === "distribution" && metric.unit !== "event";
      return [metric.key, isOne && summary.count > 0 ? valueOf(sum) : valueOf(summary)] as const;
    });
    return [{ unit, variant: arm.variant, values: Object.fromEntries(values) }];
  });
  return { summary: partition.tally(key)?.summary(true) ?? { variants: [], crossovers: 0 }, units };
}

function folded(definition: ExperimentDefinition, records: readonly LogRecord[]): Partition {
  const partition = new Partition();
  partition.take({ type: "definition", id: "trial", at: 0, planVersion: 1, definition });
  for (const [index, record] of records.entries()) partition.take(record, index + 1);
  return partition;
}

function asSum(metric: Metric): Metric {
  const { definition } = metric;
  if (definition.type !== "percentile") return metric;
  const { percentile: _, ...source } = definition;
  return { ...metric, definition: { ...source, type: "sum" } };
}

function unitsOf(record: LogRecord): UnitId[] {
  if (record.type === "definition" || record.type === "covariates") return [];
  return record.type === "identify" ? [record.unit, record.known] : [record.unit];
}

/** Of a single unit. */
function valueOf(summary: MetricSummary | undefined): number | null {
  switch (summary?.kind) {
    case "proportion":
      return summary.successes;
    case "mean":
      return summary.count === 0 ? null : summary.mean;
    case "ratio":
      return summary.meanDenominator === 0 ? null : summary.meanNumerator / summary.meanDenominator;
    default:
      return null;
  }
}
