import { assert } from "../../protocols/assert.ts";
import type { EnvironmentView, Versioned } from "../../protocols/environment-messages.ts";
import {
  draftLifecycle,
  newestPublication,
  newestRevision,
  type Collection,
  type EnvironmentState,
  type Histories,
} from "./state.ts";

/** Everything in the environment as its authors see it: drafts, each beside what is published. */
export function environmentView(state: EnvironmentState): EnvironmentView {
  assert(state.identity !== undefined, "a view needs an environment that has begun");
  const all = (collection: Collection) =>
    Object.keys(state.histories[collection])
      .sort()
      .map((key) => versionedOf(state, collection, key));
  return {
    environment: state.identity.key,
    partitions: state.identity.partitions,
    flags: all("flags") as EnvironmentView["flags"],
    segments: all("segments") as EnvironmentView["segments"],
    metrics: all("metrics") as EnvironmentView["metrics"],
    experiments: all("experiments") as EnvironmentView["experiments"],
    versions: state.publications
      .map(({ selection: _selection, lifecycles: _lifecycles, ...version }) => version)
      .reverse(),
  };
}

/** The newest revision of one entity with its place in history; experiments carry their lifecycle. */
export function versionedOf(
  state: EnvironmentState,
  collection: Collection,
  key: string,
): Versioned<unknown> {
  const history: Histories[Collection][string] | undefined = state.histories[collection][key];
  const newest = history?.revisions.at(-1);
  assert(history !== undefined && newest !== undefined, `${collection} has ${key}`);
  const publishedVersion = newestPublication(state)?.selection[collection][key];
  const lifecycle = collection === "experiments" ? (state.lifecycles[key] ?? draftLifecycle) : {};
  return {
    entity: { ...newest, ...lifecycle },
    version: newestRevision(history),
    createdAt: history.createdAt,
    updatedAt: history.updatedAt,
    updatedBy: history.updatedBy,
    ...(publishedVersion === undefined ? {} : { publishedVersion }),
  };
}
