import type { Measure, Reading } from "./measure.ts";
import { lifetime } from "./window.ts";

/** How an experiment reads one source of events. */
export interface EventPlan {
  /** Known to the arena by this number. */
  readonly name: number;
  readonly readings: readonly Reading[];
  /** Whether t0, sessions or other events decide what it counts. */
  readonly isWindowed: boolean;
}

/** One plan a source (event-source.ts), in the order of their numbers. */
export function eventPlansOf(measures: readonly Measure[]): Map<string, EventPlan> {
  const readings = new Map<string, Reading[]>();
  for (const measure of measures)
    for (const [source, reading] of measure.readings)
      readings.set(source, [...(readings.get(source) ?? []), reading]);
  return new Map(
    [...readings].map(([source, own], name) => {
      const isWindowed = own.some(({ window, role }) => window !== lifetime || role !== "adds");
      return [source, { name, readings: own, isWindowed }];
    }),
  );
}
