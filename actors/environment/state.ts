import type { Experiment, ExperimentStatus } from "../../protocols/experiment.ts";
import type { Flag, Segment } from "../../protocols/flag.ts";
import type { EnvironmentKey, ExperimentKey } from "../../protocols/ids.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { EpochMs } from "../../protocols/time.ts";

// What an environment remembers: every revision of every entity, and for each published version which revisions it
// holds. So any earlier version can be compiled again, and a rollback copies numbers, not documents.

/** All revisions of one entity; revision n is at index n − 1. */
export interface History<Entity> {
  readonly revisions: readonly Entity[];
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
  readonly updatedBy: string;
}

export interface Histories {
  readonly flags: Readonly<Record<string, History<Flag>>>;
  readonly segments: Readonly<Record<string, History<Segment>>>;
  readonly metrics: Readonly<Record<string, History<Metric>>>;
  readonly experiments: Readonly<Record<string, History<Experiment>>>;
}
export type Collection = keyof Histories;
export const collections = [
  "flags",
  "segments",
  "metrics",
  "experiments",
] as const satisfies readonly Collection[];

export interface Lifecycle {
  readonly status: ExperimentStatus;
  readonly phase: number;
  readonly startedAt?: EpochMs;
}
export const draftLifecycle: Lifecycle = { status: "draft", phase: 1 };

/** Entity key → revision, per collection. */
export type Selection = Readonly<Record<Collection, Readonly<Record<string, number>>>>;

export interface Publication {
  readonly version: number;
  readonly at: EpochMs;
  readonly by: string;
  readonly etag: string;
  readonly note?: string;
  readonly rollbackOf?: number;
  readonly selection: Selection;
  readonly lifecycles: Readonly<Record<string, Lifecycle>>;
}

export interface Identity {
  readonly key: EnvironmentKey;
  readonly partitions: number;
  readonly salt: string;
  readonly unitSalt: string;
}

export interface EnvironmentState {
  /** Absent until `begin`. */
  readonly identity?: Identity;
  readonly histories: Histories;
  readonly lifecycles: Readonly<Record<string, Lifecycle>>;
  /** Version n is at index n − 1. */
  readonly publications: readonly Publication[];
}

export const emptyEnvironment = (): EnvironmentState => ({
  histories: { flags: {}, segments: {}, metrics: {}, experiments: {} },
  lifecycles: {},
  publications: [],
});

export type Entity<C extends Collection> = Histories[C][string]["revisions"][number];

export type EnvironmentEvent =
  | { kind: "begun"; identity: Identity }
  | { [C in Collection]: { kind: "put"; collection: C; entity: Entity<C>; by: string } }[Collection]
  | { kind: "lifecycle_changed"; experiment: ExperimentKey; lifecycle: Lifecycle }
  | { kind: "published"; publication: Publication };

export const newestRevision = (history: History<unknown>): number => history.revisions.length;
export const newestPublication = (state: EnvironmentState): Publication | undefined =>
  state.publications.at(-1);

export function applyEnvironment(
  state: EnvironmentState,
  event: EnvironmentEvent,
  at: { readonly time: EpochMs },
): EnvironmentState {
  switch (event.kind) {
    case "begun":
      return { ...state, identity: event.identity };
    case "put":
      return { ...state, histories: putEntity(state.histories, event, at.time) };
    case "lifecycle_changed":
      return { ...state, lifecycles: { ...state.lifecycles, [event.experiment]: event.lifecycle } };
    case "published":
      return { ...state, publications: [...state.publications, event.publication] };
  }
}

function putEntity(
  histories: Histories,
  { collection, entity, by }: Extract<EnvironmentEvent, { kind: "put" }>,
  time: EpochMs,
): Histories {
  const present = histories[collection][entity.key];
  const history = {
    revisions: [...(present?.revisions ?? []), entity],
    createdAt: present?.createdAt ?? time,
    updatedAt: time,
    updatedBy: by,
  };
  return { ...histories, [collection]: { ...histories[collection], [entity.key]: history } };
}
