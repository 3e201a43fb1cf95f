import { assert } from "./assert.ts";
import type { EventSource } from "./event-source.ts";
import type { Metric, MetricDefinition } from "./metric.ts";
import { summaryKindOf, type MetricSummary } from "./results.ts";

// What a metric of an experiment amounts to: what its single values are of, and which sums they leave.

export type AnalysisUnit = "unit" | "session" | "event";

/** What a metric's single values are of. A ratio is the same whichever way its events are grouped within a unit. */
export function analysisUnitOf({ unit, definition }: Metric, experimentUnit: string): AnalysisUnit {
  if (unit === experimentUnit || definition.type === "ratio") return "unit";
  return unit === "session" || unit === "event" ? unit : "unit";
}

/** Which kind of summary a metric leaves. Finer values than a unit's are clustered by it: Σ values / Σ of how many. */
export function summaryKind(metric: Metric, experimentUnit: string): MetricSummary["kind"] {
  const { type } = metric.definition;
  const isFiner = analysisUnitOf(metric, experimentUnit) !== "unit";
  return isFiner && type !== "percentile" ? "ratio" : summaryKindOf[type];
}

/** Looks at an experiment lie days apart: what is settled within one is settled at the next. */
const settledHours = 24;

/**
 * Whether a unit's value may still change long after its exposure. Then what is seen at two looks is less alike than two looks at
 * the same values, and bounds that reckon with that likeness promise too much.
 */
export function keepsGrowing({ definition, window }: Metric): boolean {
  if (definition.type === "retention") return true;
  switch (window?.type) {
    case "session":
    case "day":
      return false;
    case "conversion":
      return window.hours > settledHours;
    case "lifetime":
    case undefined:
      return true;
  }
}

/** The events that a metric reads, in the order of its definition. */
export function sourcesOf(definition: MetricDefinition): readonly EventSource[] {
  switch (definition.type) {
    case "ratio":
      return [definition.numerator, definition.denominator];
    case "funnel":
      return definition.steps;
    default:
      return [definition];
  }
}

/** Without doubles. */
export const eventsOf = (definition: MetricDefinition): string[] => [
  ...new Set(sourcesOf(definition).map(({ event }) => event)),
];

/** The one source of a metric that has one. */
export function sourceOf(definition: MetricDefinition): EventSource {
  const [source] = sourcesOf(definition);
  assert(source !== undefined, "a metric reads an event");
  return source;
}

/** Whether a covariate of its own stands beside each unit's value: one number a unit, and one before (R12). */
export const hasCovariate = (metric: Metric, experimentUnit: string): boolean =>
  metric.covariate !== undefined && ["proportion", "mean"].includes(summaryKind(metric, experimentUnit));
