import type { z } from "zod";
import type { EnvironmentMessage, Page, Versioned } from "../../protocols/environment-messages.ts";
import { fail } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import { Key } from "../../protocols/ids.ts";
import type { Call, Room } from "../call.ts";
import { isObject } from "../evaluate/request.ts";
import { emptyAnswer, jsonAnswer, type Answer } from "../http.ts";
import { parseJson, parseValue } from "../json-body.ts";
import { answer, ask, environmentActor, expectedVersion, scopeOf, versionTag } from "./ask.ts";
import type { Collection, Keyed, Removable } from "./collections.ts";
import { pageAsked, pageShown } from "./page.ts";

// Reading and changing what an environment keeps lists of: all of them with the same manners.

type Named = Pick<Collection<Keyed>, "name">;

export const listEntities =
  ({ name: collection }: Named) =>
  async (room: Room, call: Call): Promise<Answer> => {
    const asked = pageAsked(call.head.query);
    if (!asked.ok) return call.problem(asked.failure);
    const { limit, after } = asked.value;
    if (after !== undefined && !Key.safeParse(after).success)
      return call.problem({
        code: "invalid_request",
        issues: [{ path: "cursor", message: "is not one of ours" }],
      });
    const message = { type: "list", collection, limit, ...(after === undefined ? {} : { after }) };
    const page = await inEnvironment<Page<unknown>>(room, call, message);
    return answer(call, page, (value) => jsonAnswer(200, pageShown(value)));
  };

export const getEntity =
  ({ name: collection }: Named) =>
  async (room: Room, call: Call): Promise<Answer> => {
    const key = keyOf(call);
    if (!key.ok) return call.problem(key.failure);
    const message = { type: "get_entity", collection, key: key.value };
    const found = await inEnvironment<Versioned<Keyed>>(room, call, message);
    return answer(call, found, (value) => jsonAnswer(200, value, [versionTag(value.version)]));
  };

/** PUT: the path names the entity, so the body may leave the key out, but not contradict it. */
export const putEntity =
  <Entity extends Keyed>(collection: Collection<Entity>) =>
  async (room: Room, call: Call, body: string): Promise<Answer> => {
    const expected = expectedVersion(call);
    if (!expected.ok) return call.problem(expected.failure);
    const entity = parseEntity(collection.schema, body, call.params[0]);
    if (!entity.ok) return call.problem(entity.failure);
    return write(room, call, collection.put(entity.value, expected.value), 200);
  };

/** POST: it must not exist yet. */
export const createEntity =
  <Entity extends Keyed>(collection: Collection<Entity>) =>
  async (room: Room, call: Call, body: string): Promise<Answer> => {
    const entity = parseEntity(collection.schema, body, undefined);
    return entity.ok ? write(room, call, collection.put(entity.value, 0), 201) : call.problem(entity.failure);
  };

export const removeEntity =
  (collection: Removable) =>
  async (room: Room, call: Call): Promise<Answer> => {
    const key = keyOf(call);
    if (!key.ok) return call.problem(key.failure);
    const expected = expectedVersion(call);
    if (!expected.ok) return call.problem(expected.failure);
    const removed = await inEnvironment(room, call, collection.remove(key.value, expected.value));
    return answer(call, removed, () => emptyAnswer(204));
  };

async function write(room: Room, call: Call, message: EnvironmentMessage, status: number): Promise<Answer> {
  const outcome = await inEnvironment<Versioned<Keyed>>(room, call, message);
  return answer(call, outcome, (written) => jsonAnswer(status, written, [versionTag(written.version)]));
}

/** Asks the environment that the request is about. */
export async function inEnvironment<Value>(
  room: Room,
  call: Call,
  message: unknown,
): Promise<Outcome<Value>> {
  const environment = scopeOf(room, call);
  if (!environment.ok) return environment;
  return ask<Value>(room, call, environmentActor(environment.value), message);
}

/** The key in the path, of the right shape. */
export function keyOf(call: Call): Outcome<string> {
  const key = Key.safeParse(call.params[0]);
  return key.success
    ? { ok: true, value: key.data }
    : fail({ code: "invalid_request", issues: [{ path: "key", message: "is no key" }] });
}

export function parseEntity<Entity>(
  schema: z.ZodType<Entity>,
  body: string,
  key: string | undefined,
): Outcome<Entity> {
  const json = parseJson(body);
  return json.ok ? parseKeyed(schema, json.value, key) : json;
}

export function parseKeyed<Entity>(
  schema: z.ZodType<Entity>,
  value: unknown,
  key: string | undefined,
): Outcome<Entity> {
  if (key === undefined || !isObject(value)) return parseValue(schema, value);
  if (value["key"] !== undefined && value["key"] !== key)
    return fail({
      code: "invalid_request",
      issues: [{ path: "key", message: `differs from the path's "${key.slice(0, 100)}"` }],
    });
  return parseValue(schema, { ...value, key });
}
