import { assert } from "../../protocols/assert.ts";
import type { EnvironmentKey, ExperimentKey } from "../../protocols/ids.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { unitLists, unitsShownMax, type UnitListName } from "../../protocols/segment-units.ts";
import {
  checkpointEvery,
  noContents,
  patchBetween,
  patched,
  type Contents,
  type ContentsPatch,
  type Lifecycle,
} from "./contents.ts";
import {
  noHistories,
  withRemoval,
  withRevision,
  type Collection,
  type Entities,
  type Histories,
  type History,
  type Revision,
} from "./history.ts";
import { own } from "./own.ts";
import { keptLists, packed, type UnitList, type Upload } from "./unit-lists.ts";

// What an environment remembers: every revision of every entity, and for each published version which revisions it
// holds. So any earlier version can be compiled again, and a rollback copies numbers, not documents.

/** A published version without its contents. */
export interface Announcement {
  readonly version: number;
  readonly at: EpochMs;
  readonly by: string;
  readonly etag: string;
  readonly note?: string;
  readonly rollbackOf?: number;
}
export interface Publication extends Announcement {
  readonly patch: ContentsPatch;
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
  /** Version n is at index n − 1. */
  readonly publications: readonly Publication[];
  readonly published: Contents;
  readonly checkpoints: Readonly<Record<number, Contents>>;
  readonly uploads: Readonly<Record<string, Upload>>;
  readonly lists: Readonly<Record<string, UnitList>>;
  /** List → newest version that holds it. */
  readonly listUses: Readonly<Record<string, number>>;
}

export const emptyEnvironment = (): EnvironmentState => ({
  histories: noHistories(),
  publications: [],
  published: noContents(),
  checkpoints: {},
  uploads: {},
  lists: {},
  listUses: {},
});

type ListNames = Readonly<Partial<Record<UnitListName, string>>>;

export type EnvironmentEvent =
  | { kind: "begun"; identity: Identity }
  | {
      [C in Collection]: { kind: "put"; collection: C; entity: Entities[C]; by: string; lists?: ListNames };
    }[Collection]
  | { kind: "removed"; collection: Collection; key: string; by: string }
  | {
      kind: "units_appended";
      segment: string;
      list: UnitListName;
      upload: string;
      units: string;
      count: number;
    }
  | { kind: "uploads_dropped"; uploads: readonly string[] }
  /** For readers of the journal: the publication behind it in the same step carries the change. */
  | { kind: "lifecycle_changed"; experiment: ExperimentKey; lifecycle: Lifecycle }
  | { kind: "published"; publication: Publication }
  /** A version as the first journals wrote it: with all its contents. */
  | { kind: "published_whole"; publication: Announcement; contents: Contents };

export function applyEnvironment(
  state: EnvironmentState,
  event: EnvironmentEvent,
  { time }: { readonly time: EpochMs },
): EnvironmentState {
  switch (event.kind) {
    case "begun":
      return { ...state, identity: event.identity };
    case "put":
      return event.collection === "segments" ? putSegment(state, event, time) : putEntity(state, event, time);
    case "removed":
      return removed(state, event, time);
    case "units_appended":
      return appended(state, event, time);
    case "uploads_dropped":
      return { ...state, uploads: without(state.uploads, event.uploads) };
    case "lifecycle_changed":
      return state;
    case "published":
      return published(state, event.publication, patched(state.published, event.publication.patch));
    case "published_whole": {
      const patch = patchBetween(state.published, event.contents);
      return published(state, { ...event.publication, patch }, event.contents);
    }
  }
}

type Put = Extract<EnvironmentEvent, { kind: "put" }>;

function putEntity(state: EnvironmentState, { collection, entity, by }: Put, at: EpochMs): EnvironmentState {
  return withEntity(state, collection, entity.key, { entity, at, by });
}

function withEntity(
  state: EnvironmentState,
  collection: Collection,
  key: string,
  revision: Revision<Entities[Collection]>,
): EnvironmentState {
  const all: Readonly<Record<string, History<Entities[Collection]>>> = state.histories[collection];
  const history = withRevision(own(all, key), revision);
  return { ...state, histories: { ...state.histories, [collection]: { ...all, [key]: history } } };
}

/** Long lists move out of the segment: those it names are there already, those it brought are kept under its own name. */
function putSegment(
  state: EnvironmentState,
  { entity, by, lists: named = {} }: Extract<Put, { collection: "segments" }>,
  at: EpochMs,
): EnvironmentState {
  let segment = entity;
  let { lists, uploads } = state;
  const names: Partial<Record<UnitListName, string>> = {};
  const number = (own(state.histories.segments, entity.key)?.revisions.length ?? 0) + 1;
  for (const list of unitLists) {
    const name = named[list];
    const upload = name === undefined ? undefined : own(uploads, name);
    if (name !== undefined) names[list] = name;
    if (name !== undefined && upload !== undefined) {
      lists = { ...lists, [name]: { count: upload.count, pieces: upload.pieces } };
      uploads = without(uploads, [name]);
    } else if (entity[list].length > unitsShownMax) {
      const made = `=${entity.key}.${number}.${list}`; // no author's name begins like this
      names[list] = made;
      lists = { ...lists, [made]: packed(entity[list]) };
      segment = { ...segment, [list]: [] };
    }
  }
  const revision = { entity: segment, at, by, ...(Object.keys(names).length === 0 ? {} : { lists: names }) };
  return keptLists(withEntity({ ...state, lists, uploads }, "segments", entity.key, revision));
}

function removed(
  state: EnvironmentState,
  { collection, key, by }: Extract<EnvironmentEvent, { kind: "removed" }>,
  at: EpochMs,
): EnvironmentState {
  const all: Readonly<Record<string, History<unknown>>> = state.histories[collection];
  const history = withRemoval(own(all, key), { at, by });
  const histories = { ...state.histories, [collection]: { ...all, [key]: history } };
  return keptLists({ ...state, histories });
}

function appended(
  state: EnvironmentState,
  { segment, list, upload: name, units, count }: Extract<EnvironmentEvent, { kind: "units_appended" }>,
  at: EpochMs,
): EnvironmentState {
  const { count: before = 0, pieces = [] } = own(state.uploads, name) ?? {};
  const upload: Upload = { segment, list, count: before + count, pieces: [...pieces, units], at };
  return { ...state, uploads: { ...state.uploads, [name]: upload } };
}

function published(state: EnvironmentState, publication: Publication, contents: Contents): EnvironmentState {
  assert(publication.version === state.publications.length + 1, "versions count up by one");
  const { version } = publication;
  const checkpoint = version % checkpointEvery === 0 ? { [version]: contents } : {};
  return keptLists({
    ...state,
    publications: [...state.publications, publication],
    published: contents,
    checkpoints: { ...state.checkpoints, ...checkpoint },
  });
}

function without<Value>(
  record: Readonly<Record<string, Value>>,
  keys: readonly string[],
): Readonly<Record<string, Value>> {
  const left: Record<string, Value> = { ...record };
  for (const key of keys) delete left[key];
  return left;
}
