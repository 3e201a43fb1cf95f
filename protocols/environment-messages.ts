import { z } from "zod";
import { Experiment, type PublishedExperiment } from "./experiment.ts";
import { Flag, Segment } from "./flag.ts";
import { EnvironmentKey, ExperimentKey, FlagKey } from "./ids.ts";
import { Metric } from "./metric.ts";
import type { Issue } from "./errors.ts";
import type { EpochMs } from "./time.ts";

export const lifecycleActions = ["start", "pause", "resume", "stop"] as const;
export const LifecycleAction = z.enum(lifecycleActions);
export type LifecycleAction = z.infer<typeof LifecycleAction>;

/** `If-Match`: the entity's version the author saw; 0 means it must not exist yet. Absent: any. */
const expectedVersion = z.number().int().min(0).optional();

/**
 * Asks of `environment/<key>`. Edits make drafts; publish (of all, or of one flag) and the lifecycle of experiments
 * make plans. Start publishes the experiment and its flag as they stand in the draft; everything else keeps its
 * published form.
 */
export const EnvironmentMessage = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("begin"),
    environment: EnvironmentKey,
    partitions: z.number().int().min(1),
  }),
  z.strictObject({ type: z.literal("put_flag"), flag: Flag, expectedVersion }),
  z.strictObject({ type: z.literal("put_segment"), segment: Segment, expectedVersion }),
  z.strictObject({ type: z.literal("put_metric"), metric: Metric, expectedVersion }),
  z.strictObject({ type: z.literal("put_experiment"), experiment: Experiment, expectedVersion }),
  z.strictObject({
    type: z.literal("publish"),
    flag: FlagKey.optional(),
    note: z.string().max(1_000).optional(),
  }),
  z.strictObject({ type: z.literal("rollback"), version: z.number().int().min(1) }),
  z.strictObject({ type: z.literal("lifecycle"), experiment: ExperimentKey, action: LifecycleAction }),
  /** Answer: EnvironmentView. */
  z.strictObject({ type: z.literal("get") }),
  /** Shows the newest plan again, with everything it means: the environment's own timer. */
  z.strictObject({ type: z.literal("announce") }),
]);
export type EnvironmentMessage = z.infer<typeof EnvironmentMessage>;

/** A draft entity with its place in history. */
export interface Versioned<Entity> {
  readonly entity: Entity;
  readonly version: number;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
  readonly updatedBy: string;
  /** Version that the newest plan holds; absent when it holds none. Differs from `version` when there is a draft. */
  readonly publishedVersion?: number;
}

export interface PublishedVersion {
  readonly version: number;
  readonly at: EpochMs;
  readonly by: string;
  readonly etag: string;
  readonly note?: string;
  /** Version whose content this one repeats, after a rollback. */
  readonly rollbackOf?: number;
}

export interface EnvironmentView {
  readonly environment: string;
  readonly partitions: number;
  readonly flags: readonly Versioned<Flag>[];
  readonly segments: readonly Versioned<Segment>[];
  readonly metrics: readonly Versioned<Metric>[];
  readonly experiments: readonly Versioned<PublishedExperiment>[];
  /** Newest first. */
  readonly versions: readonly PublishedVersion[];
}

/** Answer to publish, rollback and lifecycle. */
export interface PublishReceipt {
  readonly version: number;
  readonly etag: string;
  readonly warnings: readonly Issue[];
}
