import type { Issue } from "../../protocols/errors.ts";
import type { EpochMs } from "../../protocols/time.ts";
import type { Contents } from "./contents.ts";
import { revisionOf, type Collection } from "./history.ts";
import { frozenEdit, isBoundBy, liveExperiments } from "./live-edits.ts";
import { own } from "./own.ts";
import { quiet, withSelection } from "./selection.ts";
import type { EnvironmentState } from "./state.ts";

/**
 * Earlier content as the next version. What is being measured does not change under it: a live experiment keeps its
 * revision unless an author might make that edit now, its layer keeps its own, and holdouts that bind it stay. What live
 * experiments need comes along. Says what stayed.
 */
export function rolledBack(
  state: EnvironmentState,
  target: Contents,
  at: EpochMs,
): { readonly contents: Contents; readonly warnings: readonly Issue[] } {
  const kept = keptOf(state, target, at);
  const contents = withSelection(state, (collection) => {
    const present: Readonly<Record<string, number>> = state.published[collection];
    const revisions = (kept[collection] ?? []).map((key) => [key, own(present, key)]);
    return {
      ...(quiet.has(collection) ? present : {}),
      ...target[collection],
      ...Object.fromEntries(revisions),
    };
  });
  const warnings = Object.entries(kept).flatMap(([collection, keys]) =>
    keys
      .filter(
        (key) => own(target[collection as Collection], key) !== own(contents[collection as Collection], key),
      )
      .map((key) => ({
        path: `${collection}.${key}`,
        message: "stays as it is: an experiment that is live depends on it",
      })),
  );
  return { contents, warnings };
}

function keptOf(
  state: EnvironmentState,
  target: Contents,
  at: EpochMs,
): Partial<Record<Collection, readonly string[]>> {
  const live = liveExperiments(state);
  const { histories, published } = state;
  const editable = (key: string): boolean => {
    const earlier = revisionOf(histories, "experiments", key, own(target.experiments, key))?.entity;
    return earlier !== undefined && frozenEdit(state, earlier, at) === undefined;
  };
  const binds = (key: string): boolean => {
    const present = revisionOf(histories, "holdouts", key, own(published.holdouts, key))?.entity;
    const earlier = revisionOf(histories, "holdouts", key, own(target.holdouts, key))?.entity;
    if (present === undefined || !live.some((experiment) => isBoundBy(experiment, present))) return false;
    return earlier === undefined || (earlier.salt ?? key) !== (present.salt ?? key);
  };
  return {
    experiments: live.map(({ key }) => key).filter((key) => !editable(key)),
    layers: [...new Set(live.flatMap(({ layer }) => (layer === undefined ? [] : [layer.key])))],
    holdouts: Object.keys(published.holdouts).filter(binds),
  };
}
