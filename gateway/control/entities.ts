import type { z } from "zod";
import type { EnvironmentMessage, EnvironmentView, Versioned } from "../../protocols/environment-messages.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import { Experiment } from "../../protocols/experiment.ts";
import type { Answer as Outcome, Failure } from "../../protocols/failures.ts";
import { Flag, Segment } from "../../protocols/flag.ts";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import { Metric } from "../../protocols/metric.ts";
import type { Call, Room } from "../call.ts";
import { jsonAnswer, type Answer } from "../http.ts";
import { parseJson, parseValue } from "../json-body.ts";
import { isObject } from "../evaluate/request.ts";
import { answer, ask, environmentActor, expectedVersion, scopeOf, versionTag } from "./ask.ts";
import { pageOf } from "./page.ts";

// Flags, segments, metrics and experiments: four lists with the same manners.

type Keyed = { readonly key: string };

interface Collection<Entity extends Keyed> {
  readonly schema: z.ZodType<Entity>;
  list(view: EnvironmentView): readonly Versioned<Keyed>[];
  put(entity: Entity, expectedVersion: number | undefined): EnvironmentMessage;
  notFound(key: string): Failure;
}

const version = (expected: number | undefined): { expectedVersion?: number } =>
  expected === undefined ? {} : { expectedVersion: expected };

export const flags: Collection<Flag> = {
  schema: Flag,
  list: (view) => view.flags,
  put: (flag, expected) => ({ type: "put_flag", flag, ...version(expected) }),
  notFound: (flag) => ({ code: "flag_not_found", flag }),
};
export const segments: Collection<Segment> = {
  schema: Segment,
  list: (view) => view.segments,
  put: (segment, expected) => ({ type: "put_segment", segment, ...version(expected) }),
  notFound: (segment) => ({ code: "segment_not_found", segment }),
};
export const metrics: Collection<Metric> = {
  schema: Metric,
  list: (view) => view.metrics,
  put: (metric, expected) => ({ type: "put_metric", metric, ...version(expected) }),
  notFound: (metric) => ({ code: "metric_not_found", metric }),
};
export const experiments: Collection<Experiment> = {
  schema: Experiment,
  list: (view) => view.experiments,
  put: (experiment, expected) => ({ type: "put_experiment", experiment, ...version(expected) }),
  notFound: (experiment) => ({ code: "experiment_not_found", experiment }),
};

export const listEntities =
  <Entity extends Keyed>(collection: Collection<Entity>) =>
  async (room: Room, call: Call): Promise<Answer> => {
    const view = await viewOf(room, call);
    if (!view.ok) return call.problem(view.failure);
    const sorted = collection.list(view.value).toSorted((a, b) => (a.entity.key < b.entity.key ? -1 : 1));
    return answer(
      call,
      pageOf(call.head.query, sorted, ({ entity }) => entity.key),
    );
  };

export const getEntity =
  <Entity extends Keyed>(collection: Collection<Entity>) =>
  async (room: Room, call: Call): Promise<Answer> => {
    const view = await viewOf(room, call);
    if (!view.ok) return call.problem(view.failure);
    const key = call.params[0] ?? "";
    const found = collection.list(view.value).find(({ entity }) => entity.key === key);
    return found === undefined
      ? call.problem(collection.notFound(key.slice(0, 100)))
      : jsonAnswer(200, found, [versionTag(found.version)]);
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

async function write(room: Room, call: Call, message: EnvironmentMessage, status: number): Promise<Answer> {
  const environment = scopeOf(room, call);
  if (!environment.ok) return call.problem(environment.failure);
  const outcome = await ask<Versioned<Keyed>>(room, call, environmentActor(environment.value), message);
  return answer(call, outcome, (written) => jsonAnswer(status, written, [versionTag(written.version)]));
}

export async function viewOf(
  room: Room,
  call: Call,
  named?: EnvironmentKey,
): Promise<Outcome<EnvironmentView>> {
  const environment = named === undefined ? scopeOf(room, call) : succeed(named);
  if (!environment.ok) return environment;
  return ask<EnvironmentView>(room, call, environmentActor(environment.value), { type: "get" });
}

function parseEntity<Entity>(
  schema: z.ZodType<Entity>,
  body: string,
  key: string | undefined,
): Outcome<Entity> {
  const json = parseJson(body);
  if (!json.ok) return json;
  let given = json.value;
  if (key !== undefined && isObject(given)) {
    if (given["key"] !== undefined && given["key"] !== key)
      return fail({
        code: "invalid_request",
        issues: [{ path: "key", message: `differs from the path's "${key.slice(0, 100)}"` }],
      });
    given = { ...given, key };
  }
  return parseValue(schema, given);
}
