import type { Metric } from "../../protocols/metric.ts";
import { readingsOf, type Reading } from "./metric-columns.ts";

/** How an experiment reads one event name. */
export interface EventPlan {
  /** Known to the arena by this number. */
  readonly name: number;
  readonly readings: readonly Reading[];
  readonly isWindowed: boolean;
}

/** One plan an event name, in the order of their numbers. */
export function eventPlansOf(metrics: readonly Metric[]): Map<string, EventPlan> {
  const readings = new Map<string, Reading[]>();
  for (const [index, metric] of metrics.entries())
    for (const [name, reading] of readingsOf(metric, index))
      readings.set(name, [...(readings.get(name) ?? []), reading]);
  return new Map(
    [...readings].map(([event, own], name) => {
      const isWindowed = own.some(({ window }) => window.type !== "lifetime");
      return [event, { name, readings: own, isWindowed }];
    }),
  );
}
