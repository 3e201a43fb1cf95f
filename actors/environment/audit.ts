import type { Revision } from "../../protocols/environment-messages.ts";
import { answerOfPlan } from "../../protocols/plan-answer.ts";
import { historyOf, type Collection, type Entities, type History } from "./history.ts";
import { notFound } from "./not-found.ts";
import { own } from "./own.ts";
import { onlyUnit, planOf } from "./plans.ts";
import type { EnvironmentState, Publication } from "./state.ts";
import { answer, refuse, type EnvironmentStep, type MessageOf } from "./step.ts";
import { announced, page } from "./view.ts";

// Looking back: what an entity was, what a version held, and which version was live.

export function historyAnswer(
  { histories, publications }: EnvironmentState,
  { collection, key, before = Number.POSITIVE_INFINITY, limit }: MessageOf<"get_history">,
): EnvironmentStep {
  const history = historyOf(histories, collection, key);
  if (history === undefined) return refuse(notFound(collection, key));
  const published = firstVersions(publications, collection, key);
  const older = entriesOf(history, published).filter(({ version }) => version < before);
  return answer(
    page(
      older,
      (entry) => entry,
      ({ version }) => version,
      limit,
    ),
  );
}

/** Newest first; one that was removed afterwards says so. */
function entriesOf(
  { revisions, removals = [] }: History<Entities[Collection]>,
  published: ReadonlyMap<number, number>,
): Revision[] {
  const ends = new Map(removals.map(({ after, at, by }) => [after, { at, by }]));
  return revisions
    .map(({ entity, at, by, lists }, index): Revision => {
      const version = index + 1;
      const [removed, publishedIn] = [ends.get(version), published.get(version)];
      return {
        version,
        at,
        by,
        entity,
        ...(lists === undefined ? {} : { lists }),
        ...(publishedIn === undefined ? {} : { publishedIn }),
        ...(removed === undefined ? {} : { removed }),
      };
    })
    .reverse();
}

/** Revision → the first version of the environment that held it. */
function firstVersions(
  publications: readonly Publication[],
  collection: Collection,
  key: string,
): Map<number, number> {
  const first = new Map<number, number>();
  for (const { version, patch } of publications) {
    const revision = own(patch[collection]?.set ?? {}, key);
    if (revision !== undefined && !first.has(revision)) first.set(revision, version);
  }
  return first;
}

export function versionAt(state: EnvironmentState, { at }: MessageOf<"version_at">): EnvironmentStep {
  const live = state.publications.findLast((publication) => publication.at <= at);
  if (live !== undefined) return answer(announced(live));
  return refuse({ code: "nothing_published", environment: state.identity?.key ?? "" });
}

export function planAnswer(
  state: EnvironmentState,
  { version, unit }: MessageOf<"get_plan">,
): EnvironmentStep {
  const earlier = planOf(state, version, unit === undefined ? undefined : onlyUnit(unit));
  if (!earlier.ok) return refuse(earlier.failure);
  const plan = answerOfPlan(earlier.value);
  return plan.ok ? answer(plan.answer) : refuse({ code: "too_large", what: `plan ${version}`, ...plan.size });
}
