import { z } from "zod";
import {
  EnvironmentCollection,
  type Page,
  type PublishedVersion,
  type PublishReceipt,
  type Revision,
  type Versioned,
} from "../../protocols/environment-messages.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import { Key } from "../../protocols/ids.ts";
import type { Call, Room } from "../call.ts";
import { jsonAnswer, queryValue, type Answer } from "../http.ts";
import { parseBody } from "../json-body.ts";
import { answer, expectedVersion, versionTag } from "./ask.ts";
import { inEnvironment } from "./entities.ts";
import { numberedPageAsked, pageShown } from "./page.ts";

// Who changed what, when: the versions of an environment, or the revisions of one entity, newest first.

interface Place {
  readonly collection: EnvironmentCollection;
  readonly key: string;
}

/** `flags/checkout`. */
function placeOf(text: string): Outcome<Place> {
  const slash = text.indexOf("/");
  const collection = EnvironmentCollection.safeParse(text.slice(0, Math.max(0, slash)));
  const key = Key.safeParse(text.slice(slash + 1));
  if (collection.success && key.success) return succeed({ collection: collection.data, key: key.data });
  const message = `must be a collection and a key, as in flags/checkout; collections are ${EnvironmentCollection.options.join(", ")}`;
  return fail({ code: "invalid_request", issues: [{ path: "entity", message }] });
}

/** Metrics have scopes of their own; the route asks for the others'. */
function allowed(
  { principal }: Call,
  { collection }: Place,
  scope: "metrics:read" | "metrics:write",
): Outcome<null> {
  return collection !== "metrics" || principal.scopes.has(scope)
    ? succeed(null)
    : fail({ code: "forbidden", scope: `the scope ${scope}` });
}

/** `GET /v1/history`. */
export async function getHistory(room: Room, call: Call): Promise<Answer> {
  const { query } = call.head;
  const asked = numberedPageAsked(query);
  if (!asked.ok) return call.problem(asked.failure);
  const { limit, after } = asked.value;
  const part = { limit, ...(after === undefined ? {} : { before: after }) };
  const entity = queryValue(query, "entity");
  if (entity === undefined) {
    const message = { type: "list_versions", changes: true, ...part };
    const page = await inEnvironment<Page<PublishedVersion>>(room, call, message);
    return answer(call, page, (value) => jsonAnswer(200, pageShown(value)));
  }
  const place = placeOf(entity);
  if (!place.ok) return call.problem(place.failure);
  const may = allowed(call, place.value, "metrics:read");
  if (!may.ok) return call.problem(may.failure);
  const message = { type: "get_history", ...place.value, ...part };
  const page = await inEnvironment<Page<Revision>>(room, call, message);
  return answer(call, page, (value) => jsonAnswer(200, pageShown(value)));
}

export const Restore = z.strictObject({ entity: z.string().max(200), version: z.number().int().min(1) });

/** `POST /v1/history/restore`: what the entity was becomes its draft; an override is published at once. */
export async function restoreEntity(room: Room, call: Call, body: string): Promise<Answer> {
  const expected = expectedVersion(call);
  if (!expected.ok) return call.problem(expected.failure);
  const input = parseBody(Restore, body);
  if (!input.ok) return call.problem(input.failure);
  const place = placeOf(input.value.entity);
  if (!place.ok) return call.problem(place.failure);
  const may = allowed(call, place.value, "metrics:write");
  if (!may.ok) return call.problem(may.failure);
  const message = {
    type: "restore",
    ...place.value,
    version: input.value.version,
    ...(expected.value === undefined ? {} : { expectedVersion: expected.value }),
  };
  const outcome = await inEnvironment<Versioned<unknown> | PublishReceipt>(room, call, message);
  return answer(call, outcome, (value) => {
    const tag = "etag" in value ? (["etag", `"${value.etag}"`] as const) : versionTag(value.version);
    return jsonAnswer(200, value, [tag]);
  });
}
