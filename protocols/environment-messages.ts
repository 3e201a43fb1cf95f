import { z } from "zod";
import { Breach, breachesPerPauseMax } from "./automatic-pause.ts";
import { EventName } from "./event.ts";
import { Experiment, type PublishedExperiment } from "./experiment.ts";
import { Flag, Segment } from "./flag.ts";
import {
  EnvironmentKey,
  ExperimentKey,
  FlagKey,
  HoldoutKey,
  Key,
  LayerKey,
  MetricKey,
  SegmentKey,
  UnitId,
} from "./ids.ts";
import { Holdout, Layer, Override, type PublishedLayer } from "./layer.ts";
import { Metric } from "./metric.ts";
import type { ChangedKeys } from "./publish-receipt.ts";
import { unitsPerMessageMax, type SegmentView, type UnitListName } from "./segment-units.ts";
import { Instant, type EpochMs } from "./time.ts";
import { EnvironmentCollection, type Versioned } from "./versioned.ts";

export const lifecycleActions = ["start", "pause", "resume", "stop"] as const;
export const LifecycleAction = z.enum(lifecycleActions);
export type LifecycleAction = z.infer<typeof LifecycleAction>;

/** `If-Match`: the entity's version the author saw; 0 means it must not exist yet. Absent: any. */
const expectedVersion = z.number().int().min(0).optional();

/** Overrides put together make one version. At 200 bytes each, one message in five. */
export const overridesPerMessageMax = 1_000;
/** Items of one page. */
export const pageItemsMax = 200;

/** Where a segment's long list comes from: an upload by its name, the list it has now, or nowhere: it becomes empty. */
export const ListSource = z.union([z.strictObject({ upload: Key }), z.enum(["kept", "none"])]);
export type ListSource = z.infer<typeof ListSource>;

/**
 * Asks of `environment/<key>`. Edits make drafts; publish (of all, of one flag or of one experiment) and the lifecycle
 * of experiments make plans. Start publishes the experiment and its flag as they stand in the draft; everything else
 * keeps its published form. Overrides have no draft: putting or removing one makes a version at once.
 */
export const EnvironmentMessage = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("begin"),
    environment: EnvironmentKey,
    partitions: z.number().int().min(1),
  }),
  z.strictObject({ type: z.literal("put_flag"), flag: Flag, expectedVersion }),
  /**
   * Lists that do not fit one message are uploaded before, and named here instead of the segment's own, which are then
   * empty. A long list that is neither replaced nor named is not dropped by an oversight: that is refused.
   */
  z.strictObject({
    type: z.literal("put_segment"),
    segment: Segment,
    included: ListSource.optional(),
    excluded: ListSource.optional(),
    expectedVersion,
  }),
  /**
   * A piece of a list that a later `put_segment` will name. `from` is the place of its first unit in the list, so a
   * piece that is sent again changes nothing. Answer: UploadReceipt.
   */
  z.strictObject({
    type: z.literal("append_units"),
    segment: SegmentKey,
    list: z.enum(["included", "excluded"]),
    upload: Key,
    from: z.number().int().min(0),
    units: z.array(UnitId).min(1).max(unitsPerMessageMax),
  }),
  z.strictObject({ type: z.literal("remove_segment"), segment: SegmentKey, expectedVersion }),
  z.strictObject({ type: z.literal("put_metric"), metric: Metric, expectedVersion }),
  z.strictObject({ type: z.literal("put_experiment"), experiment: Experiment, expectedVersion }),
  z.strictObject({ type: z.literal("put_layer"), layer: Layer, expectedVersion }),
  z.strictObject({ type: z.literal("remove_layer"), layer: LayerKey, expectedVersion }),
  z.strictObject({ type: z.literal("put_holdout"), holdout: Holdout, expectedVersion }),
  z.strictObject({ type: z.literal("remove_holdout"), holdout: HoldoutKey, expectedVersion }),
  /** Answers to the three: OverrideReceipt. */
  z.strictObject({ type: z.literal("put_override"), override: Override, expectedVersion }),
  z.strictObject({
    type: z.literal("put_overrides"),
    overrides: z.array(Override).min(1).max(overridesPerMessageMax),
  }),
  z.strictObject({ type: z.literal("remove_override"), override: Key, expectedVersion }),
  /** `expectedVersion` is the environment's here. Answer: PublishReceipt; of a dry run PublishPreview. */
  z.strictObject({
    type: z.literal("publish"),
    flag: FlagKey.optional(),
    experiment: ExperimentKey.optional(),
    note: z.string().max(1_000).optional(),
    expectedVersion,
    dryRun: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal("rollback"),
    version: z.number().int().min(1),
    expectedVersion,
    dryRun: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal("lifecycle"), experiment: ExperimentKey, action: LifecycleAction }),
  /**
   * A look found what must not go on: pauses a running experiment, unless those breaches paused this phase before. Phase and
   * version of the analysis plan are those of the look; `version_conflict` when they have passed. Answer: AutomaticPauseReceipt.
   */
  z.strictObject({
    type: z.literal("automatic_pause"),
    experiment: ExperimentKey,
    phase: z.number().int().min(1),
    planVersion: z.number().int().min(1),
    units: z.number().int().min(0),
    breaches: z.array(Breach).min(1).max(breachesPerPauseMax),
  }),
  /** A draft or completed experiment that nobody needs any more. */
  z.strictObject({ type: z.literal("archive_experiment"), experiment: ExperimentKey }),
  /** Deals the units of a live experiment anew: what was measured so far belongs to the phase before. */
  z.strictObject({ type: z.literal("new_phase"), experiment: ExperimentKey }),
  /** Answer: EnvironmentView, or `too_large` when it fits no message; the questions below have no such bound. */
  z.strictObject({ type: z.literal("get") }),
  /** Answer: Page of a collection's views, by key. */
  z.strictObject({
    type: z.literal("list"),
    collection: EnvironmentCollection,
    after: Key.optional(),
    limit: z.number().int().min(1).max(pageItemsMax).default(50),
  }),
  /** Answer: the view of one entity. */
  z.strictObject({ type: z.literal("get_entity"), collection: EnvironmentCollection, key: Key }),
  /** Answer: Page of Revision, newest first; `before` is a version. */
  z.strictObject({
    type: z.literal("get_history"),
    collection: EnvironmentCollection,
    key: Key,
    before: z.number().int().min(1).optional(),
    limit: z.number().int().min(1).max(pageItemsMax).default(20),
  }),
  /** Answer: UnitPage. */
  z.strictObject({
    type: z.literal("get_units"),
    segment: SegmentKey,
    list: z.enum(["included", "excluded"]),
    from: z.number().int().min(0).default(0),
    limit: z.number().int().min(1).max(unitsPerMessageMax).default(1_000),
  }),
  /**
   * Makes what an entity was the newest draft of it: an edit like any other, and refused like any other. Overrides are
   * published at once. Answer: as to putting it.
   */
  z.strictObject({
    type: z.literal("restore"),
    collection: EnvironmentCollection,
    key: Key,
    version: z.number().int().min(1),
    expectedVersion,
  }),
  /** Answer: Page of PublishedVersion, newest first; `before` is a version. With `changes`, each says what it changed. */
  z.strictObject({
    type: z.literal("list_versions"),
    before: z.number().int().min(1).optional(),
    changes: z.boolean().optional(),
    limit: z.number().int().min(1).max(pageItemsMax).default(50),
  }),
  /** The version that was live at an instant. Answer: PublishedVersion. */
  z.strictObject({ type: z.literal("version_at"), at: Instant }),
  /**
   * The plan of a version, compiled again. With `unit`, long unit lists hold that unit only: all that deciding for it
   * needs. Answer: PlanAnswer (plan-answer.ts).
   */
  z.strictObject({
    type: z.literal("get_plan"),
    version: z.number().int().min(1),
    unit: UnitId.optional(),
  }),
  /** What a metric depends on, or what depends on an event. Answer: MetricLineage, or EventLineage (lineage.ts). */
  z
    .strictObject({
      type: z.literal("get_lineage"),
      metric: MetricKey.optional(),
      event: EventName.optional(),
    })
    .refine(({ metric, event }) => (metric === undefined) !== (event === undefined), {
      message: "must name a metric or an event",
    }),
  /** Shows the newest plan again, with everything it means: the environment's own timer. */
  z.strictObject({ type: z.literal("announce") }),
  /** Does what time has made due: the environment's own timer. */
  z.strictObject({ type: z.literal("due") }),
]);
export type EnvironmentMessage = z.infer<typeof EnvironmentMessage>;

export { environmentCollections, EnvironmentCollection } from "./versioned.ts";
export type { Versioned } from "./versioned.ts";
export type { AutomaticPauseReceipt, PublishPreview, PublishReceipt } from "./publish-receipt.ts";

export interface PublishedVersion {
  readonly version: number;
  readonly at: EpochMs;
  readonly by: string;
  readonly etag: string;
  readonly note?: string;
  /** Version whose content this one repeats, after a rollback. */
  readonly rollbackOf?: number;
  /** Against the version before; where it was asked for. */
  readonly changed?: ChangedKeys;
}

export interface EnvironmentView {
  readonly environment: string;
  readonly partitions: number;
  readonly flags: readonly Versioned<Flag>[];
  readonly segments: readonly SegmentView[];
  readonly metrics: readonly Versioned<Metric>[];
  readonly experiments: readonly Versioned<PublishedExperiment>[];
  readonly layers: readonly Versioned<PublishedLayer>[];
  readonly holdouts: readonly Versioned<Holdout>[];
  readonly overrides: readonly Versioned<Override>[];
  /** Newest first; the newest of them only, see `list_versions`. */
  readonly versions: readonly PublishedVersion[];
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** What to ask for next; absent on the last page. */
  readonly next?: string | number;
}

/** One entry of an entity's history: what it became, when and by whom. */
export interface Revision<Entity = unknown> {
  readonly version: number;
  readonly at: EpochMs;
  readonly by: string;
  readonly entity: Entity;
  /** Of a segment: its long lists by name. Another name is another list. */
  readonly lists?: Readonly<Partial<Record<UnitListName, string>>>;
  /** The environment's version that was the first to hold it; absent: it stayed a draft, or still is one. */
  readonly publishedIn?: number;
  /** When it was removed afterwards. */
  readonly removed?: { readonly at: EpochMs; readonly by: string };
}
