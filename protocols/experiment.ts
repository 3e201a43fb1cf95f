import { z } from "zod";
import { Condition } from "./condition.ts";
import { bucketCount, Share } from "./flag.ts";
import { ExperimentKey, FlagKey, Key, MetricKey, UnitType, defaultUnitType } from "./ids.ts";
import { Metric } from "./metric.ts";
import { EpochMs, Instant } from "./time.ts";

export const experimentStatuses = ["draft", "running", "paused", "completed", "archived"] as const;
export const ExperimentStatus = z.enum(experimentStatuses);
export type ExperimentStatus = z.infer<typeof ExperimentStatus>;

export const ExperimentVariant = z.strictObject({
  key: Key,
  /** The flag's variation this variant serves. */
  variation: Key,
  weight: Share,
});
export type ExperimentVariant = z.infer<typeof ExperimentVariant>;

export const Experiment = z.strictObject({
  key: ExperimentKey,
  name: z.string().max(200).optional(),
  hypothesis: z.string().max(5_000).optional(),
  flag: FlagKey,
  /** Weights sum to 10 000. */
  variants: z.array(ExperimentVariant).min(1).max(50),
  /** The variant the others are compared with. */
  control: Key,
  allocation: Share.default(bucketCount),
  targeting: Condition.optional(),
  unit: UnitType.default(defaultUnitType),
  trigger: z.enum(["view", "event"]).default("view"),
  metrics: z.strictObject({
    primary: MetricKey,
    secondary: z.array(MetricKey).max(100).default([]),
    guardrails: z.array(MetricKey).max(100).default([]),
  }),
  analysis: z.strictObject({ alpha: z.number().gt(0).lt(1).default(0.05) }).prefault({}),
  startAt: Instant.optional(),
  stopAt: Instant.optional(),
  salt: z.string().max(200).optional(),
});
/** What an author writes. Status and phase are the lifecycle's, kept by the environment actor. */
export type Experiment = z.infer<typeof Experiment>;

/** An experiment as published: with its lifecycle state. Phase counts up whenever units are dealt anew. */
export const PublishedExperiment = Experiment.extend({
  status: ExperimentStatus,
  phase: z.number().int().min(1),
  startedAt: EpochMs.optional(),
});
export type PublishedExperiment = z.infer<typeof PublishedExperiment>;

/** All that aggregation needs to know: the experiment and its metrics, resolved. */
export const ExperimentDefinition = z.strictObject({
  experiment: PublishedExperiment,
  metrics: z.array(Metric).min(1),
});
export type ExperimentDefinition = z.infer<typeof ExperimentDefinition>;
