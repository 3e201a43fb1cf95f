import { z } from "zod";
import type { Monitor } from "./scorecard.ts";
import { EpochMs } from "./time.ts";

// What is remembered of the looks at an experiment, by the actor `monitor/<environment>/<experiment>`.

const Cell = z.strictObject({ p: z.number(), low: z.number(), high: z.number(), looks: z.number() });

const PlannedLook = z.strictObject({
  at: EpochMs,
  units: z.number(),
  information: z.number(),
  cells: z.record(z.string(), z.tuple([z.number(), z.number()])),
});

export const MonitorShape: z.ZodType<Monitor> = z.strictObject({
  phase: z.number().int(),
  planVersion: z.number().int(),
  cells: z.record(z.string(), Cell),
  sampleRatioP: z.number(),
  plannedLooks: z.array(PlannedLook),
});

/** A look as it was seen: what each comparison said at that moment. */
export const TimelinePoint = z.strictObject({
  at: EpochMs,
  phase: z.number().int(),
  planVersion: z.number().int(),
  units: z.number().int(),
  /** By `<variant>/<metric>`: difference, its interval as valid at that moment, and p; those without an answer are absent. */
  cells: z.record(z.string(), z.tuple([z.number(), z.number(), z.number(), z.number()])),
});
export type TimelinePoint = z.infer<typeof TimelinePoint>;

export const MonitorMessage = z.discriminatedUnion("type", [
  /** Answer: MonitorView. */
  z.strictObject({ type: z.literal("get") }),
  /** Only what holds more looks than what is known counts; an older one changes nothing. Answer: MonitorView without points. */
  z.strictObject({ type: z.literal("look"), monitor: MonitorShape, point: TimelinePoint }),
]);
export type MonitorMessage = z.infer<typeof MonitorMessage>;

export interface MonitorView {
  /** Absent before the first look. */
  readonly monitor?: Monitor;
  /** Oldest first; thinned to some hundreds. */
  readonly points: readonly TimelinePoint[];
}
