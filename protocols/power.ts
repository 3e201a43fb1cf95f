import { z } from "zod";
import { Correction, spendings } from "./analysis-plan.ts";
import { Share, bucketCount } from "./flag.ts";
import { History } from "./history.ts";
import { MetricKey } from "./ids.ts";

// How many units an experiment needs, for how long, and what it can find: asked before it starts.

/** One arm's units, as they are without any change. */
export const Baseline = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("mean"), mean: z.number(), standardDeviation: z.number().min(0) }),
  z.strictObject({ kind: z.literal("proportion"), rate: z.number().min(0).max(1) }),
  z.strictObject({
    kind: z.literal("ratio"),
    meanNumerator: z.number(),
    meanDenominator: z.number(),
    deviationNumerator: z.number().min(0),
    deviationDenominator: z.number().min(0),
    correlation: z.number().min(-1).max(1),
  }),
]);
export type Baseline = z.infer<typeof Baseline>;

/** Of the control's mean, or in the metric's own units; below 0 is a decrease. */
export const Effect = z.union([
  z.strictObject({ relative: z.number().min(-1).max(100) }),
  z.strictObject({ absolute: z.number().min(-1e100).max(1e100) }),
]);
export type Effect = z.infer<typeof Effect>;

export const PlannedMetric = z.strictObject({
  /** Of the environment's own metrics where `baseline` is absent and `history` is asked; else any name. */
  metric: MetricKey,
  baseline: Baseline.optional(),
  /** Of the metric with its covariate; absent: that of the history, or none. */
  covariateCorrelation: z.number().min(-1).max(1).optional(),
  /** The smallest change worth finding; absent: the request's own. */
  effect: Effect.optional(),
  /** Non-inferiority: the largest harm that is accepted. `effect` is then the true change, 0 where it is absent. */
  margin: Effect.optional(),
  /** Which way harm goes; of a margin only. */
  direction: z.enum(["increase", "decrease"]).optional(),
});
export type PlannedMetric = z.infer<typeof PlannedMetric>;

/** As `Monitoring` of an analysis plan, before the number of units is known. */
export const PlannedMonitoring = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("fixed") }),
  z.strictObject({
    kind: z.literal("group_sequential"),
    looks: z.number().int().min(1).max(50).default(5),
    spending: z.enum(spendings).default("obrien_fleming"),
    parameter: z.number().min(-40).max(40).optional(),
  }),
  z.strictObject({
    kind: z.literal("always_valid"),
    tunedFor: z.number().int().min(100).max(1_000_000_000).optional(),
    /** How often it is looked until the end, for the chance to find the effect. */
    looks: z.number().int().min(1).max(50).default(14),
  }),
]);
export type PlannedMonitoring = z.infer<typeof PlannedMonitoring>;

export const shapes = ["normal", "bernoulli", "lognormal", "history"] as const;
export const simulationReplicatesMax = 20_000;

export const SimulationRequest = z.strictObject({
  replicates: z.number().int().min(100).max(simulationReplicatesMax).default(1_000),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(1),
  /** What units' values are drawn from; absent: the history where there is one, else normal or 0 and 1. */
  shape: z.enum(shapes).optional(),
});
export type SimulationRequest = z.infer<typeof SimulationRequest>;

export const plannedMetricsMax = 20;
export const curveDaysMax = 365;

export const PowerRequest = z
  .strictObject({
    metrics: z.array(PlannedMetric).min(1).max(plannedMetricsMax),
    /** Of the variants, the control first; their proportions count. */
    weights: z.array(Share.min(1)).min(2).max(50).default([5_000, 5_000]),
    /** Share of the traffic that takes part. */
    allocation: Share.min(1).default(bucketCount),
    alpha: z.number().gt(0).lt(1).default(0.05),
    power: z.number().gt(0).lt(1).default(0.8),
    effect: Effect.optional(),
    correction: Correction.default("holm"),
    monitoring: PlannedMonitoring.prefault({ kind: "always_valid" }),
    /** Variance reduction by covariates where metrics have them. */
    cuped: z.boolean().default(true),
    /** Traffic before the allocation; absent: the history's. */
    unitsPerDay: z.number().gt(0).max(1e12).optional(),
    /** In the experiment, all variants together: what can be found with so many. */
    units: z.number().int().min(2).max(1e12).optional(),
    /** How far the curve of days goes. */
    days: z.number().int().min(1).max(curveDaysMax).default(56),
    /** What is not given is taken from the environment's own past. */
    history: History.optional(),
    simulate: SimulationRequest.optional(),
  })
  .superRefine(({ metrics, history }, context) => {
    const seen = new Set<string>();
    for (const [index, { metric, baseline }] of metrics.entries()) {
      if (seen.has(metric))
        context.addIssue({ code: "custom", path: ["metrics", index, "metric"], message: "is there twice" });
      seen.add(metric);
      if (baseline === undefined && history === undefined)
        context.addIssue({
          code: "custom",
          path: ["metrics", index, "baseline"],
          message: "is needed, or `history` to take it from the environment's own past",
        });
    }
  });
export type PowerRequest = z.infer<typeof PowerRequest>;
