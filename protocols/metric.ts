import { z } from "zod";
import { MetricKey, UnitType, defaultUnitType } from "./ids.ts";

const EventName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,99}$/);

/** One side of a ratio: how many such events a unit had, or the sum of their values. */
export const RatioTerm = z.strictObject({
  event: EventName,
  aggregate: z.enum(["count", "sum"]).default("count"),
});
export type RatioTerm = z.infer<typeof RatioTerm>;

/**
 * What a metric measures per unit, over the events at or after its first exposure:
 * binary = had one or more (0 or 1); count = how many; sum = sum of values, 0 without any; mean = average of its
 * values, units without any left out; ratio = Σ numerator / Σ denominator over all exposed units.
 */
export const MetricDefinition = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("binary"), event: EventName }),
  z.strictObject({ type: z.literal("count"), event: EventName }),
  z.strictObject({ type: z.literal("sum"), event: EventName }),
  z.strictObject({ type: z.literal("mean"), event: EventName }),
  z.strictObject({ type: z.literal("ratio"), numerator: RatioTerm, denominator: RatioTerm }),
]);
export type MetricDefinition = z.infer<typeof MetricDefinition>;
export type MetricType = MetricDefinition["type"];

/**
 * Which events count, from the unit's first exposure (t0) on. lifetime: all. conversion: those less than `hours` after
 * it. day: those of the same day in UTC. session: those that name the same session as the first exposure.
 */
export const MetricWindow = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("lifetime") }),
  z.strictObject({ type: z.literal("conversion"), hours: z.number().positive().max(8_760) }),
  z.strictObject({ type: z.literal("day") }),
  z.strictObject({ type: z.literal("session") }),
]);
export type MetricWindow = z.infer<typeof MetricWindow>;

export const Metric = z.strictObject({
  key: MetricKey,
  name: z.string().max(200).optional(),
  unit: UnitType.default(defaultUnitType),
  direction: z.enum(["increase", "decrease"]).default("increase"),
  definition: MetricDefinition,
  /** Absent: lifetime. */
  window: MetricWindow.optional(),
  /** The metric's own value of each unit in so many days before the experiment started (CUPED). Absent: none. */
  covariate: z.strictObject({ lookbackDays: z.number().int().min(1).max(365) }).optional(),
});
export type Metric = z.infer<typeof Metric>;
