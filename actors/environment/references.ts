import { segmentsIn } from "../../evaluation/references.ts";
import { draft, draftOf } from "./history.ts";
import { isBoundBy, liveExperiments } from "./live-edits.ts";
import { own } from "./own.ts";
import type { EnvironmentState } from "./state.ts";

/** Named in a refusal; whoever removes those sees the next ones. */
const referrersMax = 20;

/** What needs an entity, as paths: drafts that name it, or for a holdout the live experiments it binds. */
export function referrersOf(
  state: EnvironmentState,
  collection: "segments" | "layers" | "holdouts" | "overrides",
  key: string,
): string[] {
  switch (collection) {
    case "segments":
      return segmentReferrers(state, key).slice(0, referrersMax);
    case "layers":
      return layerReferrers(state, key).slice(0, referrersMax);
    case "holdouts":
      return boundExperiments(state, key).slice(0, referrersMax);
    case "overrides":
      return [];
  }
}

function segmentReferrers({ histories }: EnvironmentState, segment: string): string[] {
  const flags = draftOf(histories, "flags").flatMap(([key, { entity }]) =>
    entity.rules
      .filter(({ when }) => segmentsIn(when).includes(segment))
      .map(({ id }) => `flags.${key}.rules.${id}`),
  );
  const segments = draftOf(histories, "segments").flatMap(([key, { entity }]) =>
    entity.rules.some((rule) => segmentsIn(rule).includes(segment)) ? [`segments.${key}.rules`] : [],
  );
  const experiments = draftOf(histories, "experiments").flatMap(([key, { entity }]) =>
    entity.targeting !== undefined && segmentsIn(entity.targeting).includes(segment)
      ? [`experiments.${key}.targeting`]
      : [],
  );
  return [...flags, ...segments, ...experiments];
}

/** An archived experiment assigns nobody and never will again, so its layer may go. */
const layerReferrers = ({ histories, published }: EnvironmentState, layer: string): string[] =>
  draftOf(histories, "experiments").flatMap(([key, { entity }]) =>
    entity.layer?.key === layer && own(published.lifecycles, key)?.status !== "archived"
      ? [`experiments.${key}.layer`]
      : [],
  );

/** Without it, units that were kept out would come into experiments that run: its end date says the same openly. */
function boundExperiments(state: EnvironmentState, key: string): string[] {
  const holdout = draft(state.histories, "holdouts", key);
  if (holdout === undefined || !Object.hasOwn(state.published.holdouts, key)) return [];
  return liveExperiments(state)
    .filter((experiment) => isBoundBy(experiment, holdout))
    .map((experiment) => `experiments.${experiment.key}`);
}
