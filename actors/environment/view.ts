import { Buffer } from "node:buffer";
import { assert } from "../../protocols/assert.ts";
import type {
  EnvironmentView,
  Page,
  PublishedVersion,
  Versioned,
} from "../../protocols/environment-messages.ts";
import { unitLists, type SegmentView, type UnitListName } from "../../protocols/segment-units.ts";
import { changedIn, draftLifecycle } from "./contents.ts";
import { frozenMetrics } from "./frozen-metrics.ts";
import { draftOf, historyOf, newestRevision, presentVersion, type Collection } from "./history.ts";
import { own } from "./own.ts";
import { notFound } from "./not-found.ts";
import type { EnvironmentState, Publication } from "./state.ts";
import { answer, refuse, type EnvironmentStep, type MessageOf } from "./step.ts";

/** Of the whole view: 200 kB at 200 bytes each. */
const versionsShownMax = 1_000;
/** A page ends before this: below the largest message of 1 MiB, with one more entity of the largest size. */
const pageBytesMax = 400_000;

/** Everything in the environment as its authors see it: drafts, each beside what is published. */
export function environmentView(state: EnvironmentState): EnvironmentView {
  assert(state.identity !== undefined, "a view needs an environment that has begun");
  const all = (collection: Collection) =>
    keysOf(state, collection).map((key) => viewOf(state, collection, key));
  return {
    environment: state.identity.key,
    partitions: state.identity.partitions,
    flags: all("flags") as EnvironmentView["flags"],
    segments: all("segments") as EnvironmentView["segments"],
    metrics: all("metrics") as EnvironmentView["metrics"],
    experiments: all("experiments") as EnvironmentView["experiments"],
    layers: all("layers") as EnvironmentView["layers"],
    holdouts: all("holdouts") as EnvironmentView["holdouts"],
    overrides: all("overrides") as EnvironmentView["overrides"],
    versions: state.publications.slice(-versionsShownMax).map(announced).reverse(),
  };
}

/** One message of 1 MiB, less room for what surrounds the view. */
const viewBytesMax = 1_000_000;

/** The whole view, or that it is too large for one answer: then the lists are to be asked for page by page. */
export function viewAnswer(state: EnvironmentState): EnvironmentStep {
  const view = environmentView(state);
  const bytes = Buffer.byteLength(JSON.stringify(view));
  return bytes <= viewBytesMax
    ? answer(view)
    : refuse({ code: "too_large", what: view.environment, bytes, bytesMax: viewBytesMax });
}

const keysOf = (state: EnvironmentState, collection: Collection): string[] =>
  draftOf(state.histories, collection)
    .map(([key]) => key)
    .sort();

type View = Versioned<unknown> & Partial<Pick<SegmentView, "units">>;

/**
 * The newest revision of one entity with its place in history. Experiments carry their lifecycle, layers the slots that
 * rest, segments the length of their lists: long ones are not shown.
 */
export function viewOf(state: EnvironmentState, collection: Collection, key: string): View {
  const history = historyOf(state.histories, collection, key);
  const [first, newest] = [history?.revisions[0], history?.revisions.at(-1)];
  assert(history !== undefined && first !== undefined && newest !== undefined, `${collection} has ${key}`);
  const publishedVersion = own<number>(state.published[collection], key);
  return {
    entity: { ...newest.entity, ...besides(state, collection, key) },
    version: newestRevision(history),
    createdAt: first.at,
    updatedAt: newest.at,
    updatedBy: newest.by,
    ...(publishedVersion === undefined ? {} : { publishedVersion }),
    ...(collection === "segments" ? { units: unitCounts(state, key) } : {}),
  };
}

function besides(state: EnvironmentState, collection: Collection, key: string): object {
  const { published } = state;
  if (collection === "layers") return { quarantine: own(published.quarantine, key) ?? [] };
  if (collection !== "experiments") return {};
  const present = own(published.lifecycles, key) ?? draftLifecycle;
  const { ranges: _ranges, metricRevisions: _revisions, ...lifecycle } = present;
  const frozen = frozenMetrics(state, published, present);
  return { ...lifecycle, ...(frozen.length === 0 ? {} : { frozenMetrics: frozen }) }; // authors write weights; what the ranges make of them is the plan's
}

function unitCounts({ histories, lists }: EnvironmentState, key: string): Record<UnitListName, number> {
  const newest = own(histories.segments, key)?.revisions.at(-1);
  const counts = unitLists.map((list) => {
    const name = newest?.lists?.[list];
    const long = name === undefined ? undefined : own(lists, name);
    return [list, long?.count ?? newest?.entity[list].length ?? 0];
  });
  return Object.fromEntries(counts) as Record<UnitListName, number>;
}

export function entityAnswer(
  state: EnvironmentState,
  { collection, key }: MessageOf<"get_entity">,
): EnvironmentStep {
  const there = presentVersion(historyOf(state.histories, collection, key)) > 0;
  return there ? answer(viewOf(state, collection, key)) : refuse(notFound(collection, key));
}

export function listAnswer(
  state: EnvironmentState,
  { collection, after, limit }: MessageOf<"list">,
): EnvironmentStep {
  const keys = keysOf(state, collection).filter((key) => after === undefined || key > after);
  return answer(
    page(
      keys,
      (key) => viewOf(state, collection, key),
      (key) => key,
      limit,
    ),
  );
}

export function versionsAnswer(
  { publications }: EnvironmentState,
  { before = Number.POSITIVE_INFINITY, changes = false, limit }: MessageOf<"list_versions">,
): EnvironmentStep {
  const older = publications.slice(0, Math.min(publications.length, before - 1)).reverse();
  const show = (publication: Publication): PublishedVersion => ({
    ...announced(publication),
    ...(changes ? { changed: changedIn(publication.patch) } : {}),
  });
  return answer(page(older, show, ({ version }) => version, limit));
}

export const announced = ({ patch: _patch, ...version }: Publication): PublishedVersion => version;

/** As many as were asked for and fit one answer, at least one; `next` names the last of them when there are more. */
export function page<Item, Shown>(
  items: readonly Item[],
  show: (item: Item) => Shown,
  nameOf: (item: Item) => string | number,
  limit: number,
): Page<Shown> {
  const shown: Shown[] = [];
  let bytes = 0;
  for (const item of items) {
    if (shown.length === limit || bytes > pageBytesMax) break;
    const next = show(item);
    bytes += Buffer.byteLength(JSON.stringify(next));
    shown.push(next);
  }
  const last = items[shown.length - 1];
  return {
    items: shown,
    ...(shown.length < items.length && last !== undefined ? { next: nameOf(last) } : {}),
  };
}
