import { z } from "zod";
import { counted, valued } from "./event-source.ts";
import { MetricKey, UnitType, defaultUnitType } from "./ids.ts";
import { misfitsOf } from "./metric-fit.ts";

/** One side of a ratio: how many such events a unit had, or the sum of their values. */
export const RatioTerm = z
  .strictObject({ ...valued, aggregate: z.enum(["count", "sum"]).default("count") })
  .refine(({ aggregate, value }) => aggregate === "sum" || value === undefined, {
    path: ["value"],
    message: "is read by aggregate sum only; a count reads no value",
  });
export type RatioTerm = z.infer<typeof RatioTerm>;

/** Later than this after its exposure no unit is looked at. */
const dayMax = 3_650;
const Day = z.number().min(0).max(dayMax);

/**
 * What a metric measures per unit, over the events at or after its first exposure (t0):
 * binary = had one or more (0 or 1); count = how many; sum = sum of values, 0 without any; mean = average of its
 * values, units without any left out; ratio = Σ numerator / Σ denominator over all exposed units; retention = had one
 * from `fromDay` × 24 h after t0 on and before `toDay` × 24 h (0 or 1); funnel = had all steps in order, each later than
 * the one before (0 or 1); time_to = hours from t0 to the first, units without any left out; percentile = a value that
 * `percentile` per cent of the units' sums do not exceed, units without any left out, or with `unit: event` of the
 * events' values.
 */
export const MetricDefinition = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("binary"), ...counted }),
  z.strictObject({ type: z.literal("count"), ...counted }),
  z.strictObject({ type: z.literal("sum"), ...valued }),
  z.strictObject({ type: z.literal("mean"), ...valued }),
  z.strictObject({ type: z.literal("ratio"), numerator: RatioTerm, denominator: RatioTerm }),
  z
    .strictObject({ type: z.literal("retention"), ...counted, fromDay: Day, toDay: Day })
    .refine(({ fromDay, toDay }) => fromDay < toDay, {
      path: ["toDay"],
      message: "must be more than fromDay",
    }),
  z.strictObject({ type: z.literal("funnel"), steps: z.array(z.strictObject(counted)).min(2).max(10) }),
  z.strictObject({ type: z.literal("time_to"), ...counted }),
  z.strictObject({ type: z.literal("percentile"), ...valued, percentile: z.number().gt(0).lt(100) }),
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

/** A value above it counts as it: a fixed one, or the percentile of all arms together, which is had from rows only. */
export const MetricCap = z.union([
  z.strictObject({ value: z.number().min(-1e50).max(1e50) }),
  z.strictObject({ percentile: z.number().gt(0).lt(100) }),
]);
export type MetricCap = z.infer<typeof MetricCap>;

export const Metric = z
  .strictObject({
    key: MetricKey,
    name: z.string().max(200).optional(),
    description: z.string().max(5_000).optional(),
    owner: z.string().max(200).optional(),
    tags: z.array(z.string().min(1).max(100)).max(100).optional(),
    /** Counts up whenever what is measured changes. Absent: 1. */
    version: z.number().int().min(1).optional(),
    /**
     * Of analysis. `session` and `event` are finer than an experiment's own unit: their values are averaged, and still
     * clustered by unit. Any other is the experiment's own.
     */
    unit: UnitType.default(defaultUnitType),
    direction: z.enum(["increase", "decrease"]).default("increase"),
    tier: z.enum(["primary", "secondary", "guardrail"]).optional(),
    definition: MetricDefinition,
    /** Absent: lifetime. */
    window: MetricWindow.optional(),
    /** Of a ratio's numerator. */
    cap: MetricCap.optional(),
    /**
     * The metric's own value of each unit in so many days before the experiment started (CUPED); with `metrics`, those
     * metrics' values as well. Absent: none.
     */
    covariate: z
      .strictObject({
        lookbackDays: z.number().int().min(1).max(365),
        metrics: z.array(MetricKey).min(1).max(10).optional(),
      })
      .optional(),
    /** How much worse, as a share of the control's value, is too much; and what happens then. */
    guardrail: z
      .strictObject({
        maxRelativeChange: z.number().positive().max(100),
        action: z.enum(["pause", "alert"]).default("alert"),
      })
      .optional(),
  })
  .superRefine((metric, context) => {
    for (const { path, message } of misfitsOf(metric)) context.addIssue({ code: "custom", path, message });
  });
export type Metric = z.infer<typeof Metric>;
