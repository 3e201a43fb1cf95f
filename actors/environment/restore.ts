import type { HandleContext } from "../../runtime/index.ts";
import { issuesOf } from "../../protocols/errors.ts";
import type { EnvironmentMessage } from "../../protocols/environment-messages.ts";
import { historyOf, type Collection, type Entities } from "./history.ts";
import { notFound } from "./not-found.ts";
import { listsGone } from "./plans.ts";
import { put, singular } from "./put.ts";
import { shapes } from "./shapes.ts";
import type { EnvironmentState } from "./state.ts";
import { refuse, type EnvironmentStep, type MessageOf } from "./step.ts";

/**
 * What an entity was becomes its newest draft: put again as its author would, so that whatever freezes an edit freezes
 * this one. Long unit lists come along by name, as long as they are kept.
 */
export function restored(
  state: EnvironmentState,
  { collection, key, version, expectedVersion }: MessageOf<"restore">,
  context: HandleContext,
  edit: (message: EnvironmentMessage) => EnvironmentStep,
): EnvironmentStep {
  const history = historyOf(state.histories, collection, key);
  if (history === undefined) return refuse(notFound(collection, key));
  const revision = history.revisions[version - 1];
  if (revision === undefined) return refuse({ code: "version_not_found", version });
  const parsed = shapes[collection].safeParse(revision.entity);
  if (!parsed.success)
    return refuse({ code: "version_unreadable", version, problems: issuesOf(parsed.error) });
  const entity = parsed.data;
  if (collection !== "segments") return edit(putting(collection, asNew(collection, entity), expectedVersion));
  const { lists = {} } = revision;
  if (!Object.values(lists).every((name) => Object.hasOwn(state.lists, name)))
    return refuse({ code: "version_not_found", version, reason: listsGone });
  return put(state, { collection, entity, lists }, expectedVersion, context);
}

/** What a metric was becomes another version of it, which counts up by itself. */
function asNew(collection: Collection, entity: Entities[Collection]): Entities[Collection] {
  if (collection !== "metrics" || !("version" in entity)) return entity;
  const { version: _version, ...rest } = entity;
  return rest as Entities["metrics"];
}

/** A collection and its own kind of entity, which TypeScript cannot see through the union. */
function putting(
  collection: Collection,
  entity: Entities[Collection],
  expected: number | undefined,
): EnvironmentMessage {
  const message = { [singular[collection]]: entity, type: `put_${singular[collection]}` };
  return {
    ...message,
    ...(expected === undefined ? {} : { expectedVersion: expected }),
  } as EnvironmentMessage;
}
