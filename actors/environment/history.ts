import { assert } from "../../protocols/assert.ts";
import type { EnvironmentCollection } from "../../protocols/environment-messages.ts";
import type { Experiment } from "../../protocols/experiment.ts";
import type { Flag, Segment } from "../../protocols/flag.ts";
import type { Holdout, Layer, Override } from "../../protocols/layer.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { UnitListName } from "../../protocols/segment-units.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { own } from "./own.ts";

/** One state of an entity, as somebody wrote it; never changed afterwards. */
export interface Revision<Kind> {
  readonly entity: Kind;
  readonly at: EpochMs;
  readonly by: string;
  /** Of a segment: its lists that are kept apart, by name. */
  readonly lists?: Readonly<Partial<Record<UnitListName, string>>>;
}

/** Removal behind a revision. An entity put again goes on counting, so no version number means two things. */
export interface Removal {
  readonly after: number;
  readonly at: EpochMs;
  readonly by: string;
}

/** All revisions of one entity; revision n is at index n − 1. */
export interface History<Kind> {
  readonly revisions: readonly Revision<Kind>[];
  readonly removals?: readonly Removal[];
}

export interface Entities {
  readonly flags: Flag;
  readonly segments: Segment;
  readonly metrics: Metric;
  readonly experiments: Experiment;
  readonly layers: Layer;
  readonly holdouts: Holdout;
  readonly overrides: Override;
}
export type Collection = EnvironmentCollection;
export type Histories = { readonly [C in Collection]: Readonly<Record<string, History<Entities[C]>>> };

export const noHistories = (): Histories => ({
  flags: {},
  segments: {},
  metrics: {},
  experiments: {},
  layers: {},
  holdouts: {},
  overrides: {},
});

export const newestRevision = (history: History<unknown>): number => history.revisions.length;

export const isRemoved = ({ revisions, removals }: History<unknown>): boolean =>
  removals?.at(-1)?.after === revisions.length;

/** The version an author must have seen: 0 for what does not exist, or does not any more. */
export const presentVersion = (history: History<unknown> | undefined): number =>
  history === undefined || isRemoved(history) ? 0 : newestRevision(history);

export function withRevision<Kind>(
  history: History<Kind> | undefined,
  revision: Revision<Kind>,
): History<Kind> {
  return { ...history, revisions: [...(history?.revisions ?? []), revision] };
}

export function withRemoval<Kind>(
  history: History<Kind> | undefined,
  { at, by }: Pick<Removal, "at" | "by">,
): History<Kind> {
  assert(history !== undefined, "what is removed was there");
  const removal = { after: history.revisions.length, at, by };
  return { ...history, removals: [...(history.removals ?? []), removal] };
}

/** The newest revision of each entity that is there: the draft. */
export function draftOf<C extends Collection>(
  histories: Histories,
  collection: C,
): (readonly [key: string, revision: Revision<Entities[C]>, number: number])[] {
  const all: Readonly<Record<string, History<Entities[C]>>> = histories[collection];
  return Object.entries(all).flatMap(([key, history]) => {
    const newest = isRemoved(history) ? undefined : history.revisions.at(-1);
    return newest === undefined ? [] : [[key, newest, newestRevision(history)] as const];
  });
}

/** The draft of one entity. */
export function draft<C extends Collection>(
  histories: Histories,
  collection: C,
  key: string,
): Entities[C] | undefined {
  const history = historyOf(histories, collection, key);
  return history === undefined || isRemoved(history) ? undefined : history.revisions.at(-1)?.entity;
}

export function historyOf<C extends Collection>(
  histories: Histories,
  collection: C,
  key: string,
): History<Entities[C]> | undefined {
  const all: Readonly<Record<string, History<Entities[C]>>> = histories[collection];
  return own(all, key);
}

/** A revision that a version holds. */
export function revisionOf<C extends Collection>(
  histories: Histories,
  collection: C,
  key: string,
  number: number | undefined,
): Revision<Entities[C]> | undefined {
  return number === undefined ? undefined : historyOf(histories, collection, key)?.revisions[number - 1];
}
