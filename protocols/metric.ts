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

export const Metric = z.strictObject({
  key: MetricKey,
  name: z.string().max(200).optional(),
  unit: UnitType.default(defaultUnitType),
  direction: z.enum(["increase", "decrease"]).default("increase"),
  definition: MetricDefinition,
});
export type Metric = z.infer<typeof Metric>;
