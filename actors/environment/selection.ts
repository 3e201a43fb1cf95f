import { environmentCollections } from "../../protocols/environment-messages.ts";
import type { Contents, Selection } from "./contents.ts";
import { draftOf, type Collection } from "./history.ts";
import { own } from "./own.ts";
import type { EnvironmentState } from "./state.ts";

// Which revisions a new version is to hold. Lifecycles and resting slots are always the present ones: no selection of
// older content starts what was stopped.

/** Everything as it stands in the draft. */
export function newestContents(state: EnvironmentState): Contents {
  return withSelection(state, (collection) => newestOf(state, collection));
}

/** Reach nobody by themselves, and a flag may need them: those never published come along. */
export const quiet: ReadonlySet<Collection> = new Set(["segments", "metrics", "experiments", "layers"]);

/** The published content with some entities moved to their newest revision. */
export function advancedContents(
  state: EnvironmentState,
  advance: { readonly flag?: string | undefined; readonly experiment?: string | undefined } = {},
): Contents {
  const moved: Partial<Record<Collection, string | undefined>> = {
    flags: advance.flag,
    experiments: advance.experiment,
  };
  return withSelection(state, (collection) => {
    const newest = newestOf(state, collection);
    const key = moved[collection];
    const revision = key === undefined ? undefined : own(newest, key);
    return {
      ...(quiet.has(collection) ? newest : {}),
      ...state.published[collection],
      ...(key === undefined || revision === undefined ? {} : { [key]: revision }),
    };
  });
}

export function withSelection(
  { published }: EnvironmentState,
  choose: (collection: Collection) => Readonly<Record<string, number>>,
): Contents {
  const selection = environmentCollections.map((collection) => [collection, choose(collection)]);
  return { ...published, ...(Object.fromEntries(selection) as Selection) };
}

const newestOf = (state: EnvironmentState, collection: Collection): Record<string, number> =>
  Object.fromEntries(draftOf(state.histories, collection).map(([key, , number]) => [key, number]));
