import type { Revision } from "../../protocols/environment-messages.ts";
import { answerOfPlan } from "../../protocols/plan-answer.ts";
import { contentsAt } from "./contents.ts";
import { historyOf, type Collection, type Entities, type History } from "./history.ts";
import { notFound } from "./not-found.ts";
import { compileContents, hasItsLists, listsGone, onlyUnit } from "./plans.ts";
import type { EnvironmentState } from "./state.ts";
import { answer, refuse, type EnvironmentStep, type MessageOf } from "./step.ts";
import { unpacked } from "./unit-lists.ts";
import { announced, page } from "./view.ts";

// Looking back: what an entity was, what a version held, and which version was live.

export function historyAnswer(
  { histories }: EnvironmentState,
  { collection, key, before = Number.POSITIVE_INFINITY, limit }: MessageOf<"get_history">,
): EnvironmentStep {
  const history = historyOf(histories, collection, key);
  if (history === undefined) return refuse(notFound(collection, key));
  const older = entriesOf(history).filter(({ version }) => version < before);
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
function entriesOf({ revisions, removals = [] }: History<Entities[Collection]>): Revision[] {
  const ends = new Map(removals.map(({ after, at, by }) => [after, { at, by }]));
  return revisions
    .map(({ entity, at, by }, index): Revision => {
      const removed = ends.get(index + 1);
      return { version: index + 1, at, by, entity, ...(removed === undefined ? {} : { removed }) };
    })
    .reverse();
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
  const publication = state.publications[version - 1];
  if (publication === undefined) return refuse({ code: "version_not_found", version });
  const contents = contentsAt(state, version);
  if (!hasItsLists(state, contents)) return refuse({ code: "version_not_found", version, reason: listsGone });
  const read = unit === undefined ? unpacked : onlyUnit(unit);
  const outcome = compileContents(state, contents, { version, at: publication.at, read });
  if (!outcome.ok) {
    // Rules may have become stricter since: the version cannot be made again, and why is the answer.
    return refuse({ code: "invalid_plan", problems: outcome.problems.slice(0, 100) });
  }
  const plan = answerOfPlan(outcome.plan);
  return plan.ok ? answer(plan.answer) : refuse({ code: "too_large", what: `plan ${version}`, ...plan.size });
}
