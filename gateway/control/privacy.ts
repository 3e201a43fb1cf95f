import { fail } from "../../protocols/errors.ts";
import { defaultUnitType } from "../../protocols/ids.ts";
import { DeletionInput } from "../../protocols/privacy.ts";
import type { Call, Room } from "../call.ts";
import { planFor } from "../evaluate/decide.ts";
import { jsonAnswer, type Answer } from "../http.ts";
import { parseBody } from "../json-body.ts";
import { scopeOf } from "./ask.ts";
import { namedEnvironment } from "../auth.ts";

// Forgetting people. The raw keys of the request become pseudonyms here and go no further.

/** `POST /v1/privacy/deletions` → 202 and the receipt. */
export async function postDeletion(room: Room, call: Call, body: string): Promise<Answer> {
  const input = parseBody(DeletionInput, body);
  if (!input.ok) return call.problem(input.failure);
  const plan = planFor(room, call, namedEnvironment(call.head));
  if (!plan.ok) return call.problem(plan.failure);
  const { units = [], unitIds = [], unitType = defaultUnitType, reason } = input.value;
  const { environment, units: pseudonyms } = plan.value;
  const all = new Set([...unitIds, ...units.map((rawKey) => pseudonyms.ofType(unitType, rawKey))]);
  return answered(room, call, async () => {
    const receipt = await room.deletions.ask({
      environment,
      units: [...all],
      by: call.principal.prefix,
      reason,
    });
    return jsonAnswer(202, receipt);
  });
}

/** `GET /v1/privacy/deletions/{id}`. */
export async function getDeletion(room: Room, call: Call): Promise<Answer> {
  const environment = scopeOf(room, call);
  if (!environment.ok) return call.problem(environment.failure);
  const deletion = (call.params[0] ?? "").slice(0, 40);
  return answered(room, call, async () => {
    const receipt = await room.deletions.find(environment.value, deletion);
    return receipt === undefined
      ? call.problem({ code: "deletion_not_found", deletion })
      : jsonAnswer(200, receipt, [["cache-control", "no-store"]]);
  });
}

/** `GET /v1/privacy/deletions`. */
export async function listDeletions(room: Room, call: Call): Promise<Answer> {
  const environment = scopeOf(room, call);
  if (!environment.ok) return call.problem(environment.failure);
  return answered(room, call, async () =>
    jsonAnswer(200, { items: await room.deletions.list(environment.value) }),
  );
}

async function answered(room: Room, call: Call, work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    room.log.warn("deletion_not_reached", { error });
    const silent = fail({
      code: "unavailable",
      reason: "the log does not answer",
      retryAfterMs: 1_000,
    } as const);
    return call.problem(silent.failure);
  }
}
