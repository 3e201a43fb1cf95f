import { z } from "zod";
import { AnalysisPlan, PlanVersion } from "./analysis-plan.ts";
import { AutomaticPause, automaticPausesMax } from "./automatic-pause.ts";
import { Condition } from "./condition.ts";
import { bucketCount, Share } from "./flag.ts";
import { HashRecipe, UnitRange } from "./hash-recipe.ts";
import { SlotRange } from "./layer.ts";
import { ExperimentKey, FlagKey, Key, LayerKey, MetricKey, UnitType, defaultUnitType } from "./ids.ts";
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
  /** Only with the experiment's `hash`: the variant's place in that recipe's own numbers. */
  range: UnitRange.optional(),
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
  /** The slots of a layer that are this experiment's. */
  layer: z.strictObject({ key: LayerKey, slots: z.array(SlotRange).min(1).max(100) }).optional(),
  /** For holdouts that keep units out of some experiments only. */
  tags: z.array(z.string().max(100)).max(100).default([]),
  /** Higher goes first when a unit may take part in a few only; of equal ones the key that sorts first. */
  priority: z.number().int().min(-1_000).max(1_000).default(0),
  /** A unit that takes part in this many experiments of higher priority is left out of this one. */
  participationLimit: z.number().int().min(1).max(1_000).optional(),
  /** `store`: the first variant of a unit is kept, also when weights change, until the next phase. */
  sticky: z.enum(["hash", "store"]).default("hash"),
  hash: HashRecipe.optional(),
  unit: UnitType.default(defaultUnitType),
  trigger: z.enum(["view", "event"]).default("view"),
  metrics: z.strictObject({
    primary: MetricKey,
    secondary: z.array(MetricKey).max(100).default([]),
    guardrails: z.array(MetricKey).max(100).default([]),
  }),
  analysis: AnalysisPlan.prefault({}),
  /** Members of an exposure's metadata that results are broken down by. Absent: none. */
  dimensions: z.array(z.string().min(1).max(100)).max(5).optional(),
  /** Whether units that are bots count. Absent: excluded. */
  bots: z.enum(["excluded", "included"]).optional(),
  startAt: Instant.optional(),
  stopAt: Instant.optional(),
  salt: z.string().max(200).optional(),
});
/** What an author writes. Status and phase are the lifecycle's, kept by the environment actor. */
export type Experiment = z.infer<typeof Experiment>;

/** Buckets from ≤ bucket < to go to the variant at this place of the list. */
export const VariantRange = z.strictObject({
  from: z.number().int().min(0),
  to: z.number().int().max(bucketCount),
  variant: z.number().int().min(0),
});
export type VariantRange = z.infer<typeof VariantRange>;

/** An experiment as published: with its lifecycle state. Phase counts up whenever units are dealt anew. */
export const PublishedExperiment = Experiment.extend({
  status: ExperimentStatus,
  phase: z.number().int().min(1),
  startedAt: EpochMs.optional(),
  /**
   * Which buckets of the variant salt belong to which variant, when it is not the weights laid end to end: a change of
   * weights moves as few as it can, so the ranges remember. They cover all buckets once.
   */
  ranges: z.array(VariantRange).min(1).max(1_000).optional(),
  /** What was planned at the start of each phase, and each change since, oldest first. Absent: started before this was kept. */
  plans: z.array(PlanVersion).min(1).max(1_000).optional(),
  /** Metrics as they were when its phase began, of those that were redefined since: it measures by these. */
  frozenMetrics: z.array(Metric).min(1).max(201).optional(),
  /** When Weir paused it by itself and why, oldest first. */
  automaticPauses: z.array(AutomaticPause).min(1).max(automaticPausesMax).optional(),
});
export type PublishedExperiment = z.infer<typeof PublishedExperiment>;

/** All that aggregation needs to know: the experiment and its metrics, resolved. */
export const ExperimentDefinition = z.strictObject({
  experiment: PublishedExperiment,
  metrics: z.array(Metric).min(1),
});
export type ExperimentDefinition = z.infer<typeof ExperimentDefinition>;
