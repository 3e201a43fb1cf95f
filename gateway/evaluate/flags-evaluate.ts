import { FlagsEvaluateRequest, type EvaluationContext } from "../../protocols/decision.ts";
import { namedEnvironment } from "../auth.ts";
import type { Call, Room } from "../call.ts";
import { saidOf } from "../decisions/said.ts";
import { jsonAnswer, type Answer } from "../http.ts";
import { parseBody } from "../json-body.ts";
import { sessionIdOf } from "./context.ts";
import { decide, planFor } from "./decide.ts";
import { explainDecision, isExplained } from "./explain.ts";

/** `POST /v1/flags/evaluate`. */
export async function postFlagsEvaluate(room: Room, call: Call, body: string): Promise<Answer> {
  const request = parseBody(FlagsEvaluateRequest, body);
  if (!request.ok) return call.problem(request.failure);
  const { flagKey, userId, sessionId, context } = request.value;
  const plan = planFor(room, call, namedEnvironment(call.head));
  if (!plan.ok) return call.problem(plan.failure);
  const asked: EvaluationContext = {
    unitId: plan.value.units.of(userId),
    attributes: context,
    sessionId: sessionIdOf(plan.value, sessionId),
    key: userId,
    kept: undefined,
    now: room.clock.now(),
  };
  call.noteConsent(plan.value.environment, asked.unitId);
  const shown = (evaluation: { variation?: string; value?: unknown; ruleId?: string }): object => ({
    variant: evaluation.variation ?? null,
    payload: evaluation.value ?? null,
    rule: evaluation.ruleId ?? null,
    killSwitch: plan.value.plan.flags[flagKey]?.killed === true,
  });
  if (isExplained(call, request.value)) {
    const outcome = await explainDecision(room, call, plan.value, flagKey, asked);
    if (!outcome.ok) return call.problem(outcome.failure);
    const { evaluation, version, trace } = outcome.value;
    return jsonAnswer(200, { ...shown(evaluation), configVersion: version, code: evaluation.code, trace });
  }
  const { evaluation } = await decide(room, plan.value, flagKey, asked);
  if (evaluation.code === "flag_not_found") return call.problem({ code: "flag_not_found", flag: flagKey });
  room.counts.evaluations++;
  const id = call.decisionId();
  const logged = await room.decisions.note(plan.value.environment, saidOf(plan.value, evaluation), asked, id);
  return logged?.ok === false ? call.problem(logged.failure) : jsonAnswer(200, shown(evaluation));
}
