import type { z } from "zod";
import {
  ActorAddress,
  ActorFilter,
  actorsPerPageMax,
  ReplayInput,
} from "../../protocols/actor-operations.ts";
import { fail, issuesOf, succeed, type Reply } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import type { ActorOperations, Address } from "../../runtime/index.ts";
import type { Call, Room } from "../call.ts";
import { queryValue, type Answer } from "../http.ts";
import { parseBody } from "../json-body.ts";
import { answer } from "./ask.ts";

// The operator's view of the actors. They hold every environment, so a token that is bound to one sees none of them.

export async function listActors(room: Room, call: Call): Promise<Answer> {
  const operations = operationsFor(room, call);
  if (!operations.ok) return call.problem(operations.failure);
  const { query } = call.head;
  const filter = parsed(ActorFilter, {
    kind: queryValue(query, "kind"),
    status: queryValue(query, "status"),
    prefix: queryValue(query, "prefix"),
    host: queryValue(query, "host"),
  });
  if (!filter.ok) return call.problem(filter.failure);
  const limit = Number(queryValue(query, "limit") ?? actorsPerPageMax);
  if (!Number.isInteger(limit) || limit < 1 || limit > actorsPerPageMax)
    return call.problem({
      code: "invalid_request",
      issues: [{ path: "limit", message: `must be 1 to ${actorsPerPageMax}` }],
    });
  const cursor = queryValue(query, "cursor");
  const after = cursor === undefined ? undefined : Buffer.from(cursor, "base64url").toString("utf8");
  const list = await operations.value.list(filter.value, { after, limit });
  if (!list.ok) return call.problem(list.failure);
  const { next, ...page } = list.value;
  const shown = next === undefined ? page : { ...page, next: Buffer.from(next).toString("base64url") };
  return answer(call, succeed(shown));
}

export const showActor = (room: Room, call: Call): Promise<Answer> =>
  onOne(room, call, (operations, address) => operations.show(address));

export async function replayActor(room: Room, call: Call, body: string): Promise<Answer> {
  const input = parseBody(ReplayInput, body);
  if (!input.ok) return call.problem(input.failure);
  return onOne(room, call, (operations, address) => operations.replay(address, input.value.to));
}

export const evictActor = (room: Room, call: Call): Promise<Answer> =>
  onOne(room, call, (operations, address) => operations.evict(address));

async function onOne(
  room: Room,
  call: Call,
  act: (operations: ActorOperations, address: Address) => Promise<Reply<unknown, { readonly code: string }>>,
): Promise<Answer> {
  const operations = operationsFor(room, call);
  if (!operations.ok) return call.problem(operations.failure);
  const address = parsed(ActorAddress, { kind: call.params[0], key: call.params[1] });
  if (!address.ok) return call.problem(address.failure);
  const outcome = await act(operations.value, address.value);
  // The kind came from a person here: naming one that does not exist is their mistake, not a defect of ours.
  if (!outcome.ok && outcome.failure.code === "unknown_kind")
    return call.problem({ code: "unknown_key", ...address.value });
  return answer(call, outcome);
}

function operationsFor(room: Room, call: Call): Outcome<ActorOperations> {
  if (call.principal.environment !== undefined)
    return fail({ code: "forbidden", scope: "every environment: it is bound to one" });
  const operations = room.link()?.operations;
  return operations === undefined
    ? fail({ code: "unavailable", reason: "no connection to the log", retryAfterMs: 1_000 })
    : succeed(operations);
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): Outcome<z.infer<Schema>> {
  const result = schema.safeParse(value);
  return result.success
    ? succeed(result.data)
    : fail({ code: "invalid_request", issues: issuesOf(result.error) });
}
