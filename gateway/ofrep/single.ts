import { namedEnvironment } from "../auth.ts";
import type { Call, Room } from "../call.ts";
import { saidOf } from "../decisions/said.ts";
import { contextOf } from "../evaluate/context.ts";
import { decide, planFor } from "../evaluate/decide.ts";
import { jsonAnswer, type Answer } from "../http.ts";
import { generalFailure, guarded, noTargetingKey, readContext, refuse, successOf } from "./answer.ts";

/** `POST /ofrep/v1/evaluate/flags/{key}`. */
export const postOfrepFlag = (room: Room, call: Call, body: string): Promise<Answer> =>
  guarded(room, call, call.params[0], () => evaluateOne(room, call, body));

async function evaluateOne(room: Room, call: Call, body: string): Promise<Answer> {
  const key = call.params[0] ?? "";
  const found = planFor(room, call, namedEnvironment(call.head));
  if (!found.ok) return generalFailure(call, found.failure, key);
  const plan = found.value;
  const read = readContext(body);
  if (!read.ok) return jsonAnswer(400, { key, ...read.refusal });
  const asked = contextOf(read.context, plan, room.clock.now());
  if (asked === undefined) return jsonAnswer(400, { key, ...noTargetingKey });
  const consentDenied = call.noteConsent(plan.environment, asked.unitId);
  const { evaluation, stickyUnavailable } = await decide(room, plan, key, asked);
  if (evaluation.code === "flag_not_found")
    return jsonAnswer(404, { key, ...refuse("FLAG_NOT_FOUND", `there is no flag "${key.slice(0, 100)}"`) });
  room.counts.evaluations++;
  const id = call.decisionId();
  const logged = await room.decisions.note(plan.environment, saidOf(plan, evaluation), asked, id);
  if (logged?.ok === false) return generalFailure(call, logged.failure, key);
  const also: Record<string, boolean> = {
    ...(stickyUnavailable ? { stickyUnavailable } : {}),
    ...(consentDenied ? { consentDenied } : {}),
  };
  return jsonAnswer(200, successOf(plan, evaluation, also), [["x-weir-decision-id", id]]);
}
