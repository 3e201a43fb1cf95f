import type { Evaluation } from "../../protocols/decision.ts";
import type { Answer as Outcome, Failure } from "../../protocols/failures.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import { FlagsEvaluateRequest } from "../../protocols/decision.ts";
import { evaluate } from "../../evaluation/evaluate.ts";
import { environmentOf, namedEnvironment } from "../auth.ts";
import type { Call, Room } from "../call.ts";
import { jsonAnswer, jsonType, type Answer } from "../http.ts";
import { parseBody, parseJson } from "../json-body.ts";
import type { LivePlan } from "../live-plan.ts";
import { contextOf } from "./context.ts";
import { parseEvaluateRequest } from "./request.ts";

// No await in here: what a body asks is answered before the next one is read.

const headers = [jsonType];
const noUnit: Failure = {
  code: "invalid_request",
  issues: [{ path: "context", message: "needs a targetingKey or a unitId" }],
};

/** `POST /evaluate`. */
export function postEvaluate(room: Room, call: Call, body: string): Answer {
  const json = parseJson(body);
  if (!json.ok) return call.problem(json.failure);
  const request = parseEvaluateRequest(json.value);
  if (!request.ok) return call.problem(request.failure);
  const { envKey, flagKey, context } = request.value;
  const plan = planFor(room, call, envKey);
  if (!plan.ok) return call.problem(plan.failure);
  const asked = contextOf(context, plan.value, room.clock.now());
  if (asked === undefined) return call.problem(noUnit);
  const evaluation = evaluate(plan.value.program, flagKey, asked);
  if (evaluation.code === "flag_not_found") return call.problem({ code: "flag_not_found", flag: flagKey });
  room.counts.evaluations++;
  return { status: 200, headers, body: `${answerText(plan.value, evaluation)}${room.requestIds.next()}"}` };
}

/** `POST /v1/flags/evaluate`. */
export function postFlagsEvaluate(room: Room, call: Call, body: string): Answer {
  const request = parseBody(FlagsEvaluateRequest, body);
  if (!request.ok) return call.problem(request.failure);
  const { flagKey, userId, context } = request.value;
  const plan = planFor(room, call, namedEnvironment(call.head));
  if (!plan.ok) return call.problem(plan.failure);
  const unitId = plan.value.units.of(userId);
  const evaluation = evaluate(plan.value.program, flagKey, {
    unitId,
    attributes: context,
    now: room.clock.now(),
  });
  if (evaluation.code === "flag_not_found") return call.problem({ code: "flag_not_found", flag: flagKey });
  room.counts.evaluations++;
  return jsonAnswer(200, {
    variant: evaluation.variation ?? null,
    payload: evaluation.value ?? null,
    rule: evaluation.ruleId ?? null,
    killSwitch: plan.value.plan.flags[flagKey]?.killed === true,
  });
}

/** The plan of an environment this caller may see. */
export function planFor(room: Room, call: Call, named: string | undefined): Outcome<LivePlan> {
  const environment = environmentOf(call.principal, room.directory, named);
  if (!environment.ok) return environment;
  const plan = room.plans.get(environment.value);
  return plan === undefined
    ? fail({ code: "nothing_published", environment: environment.value })
    : succeed(plan);
}

/** A decision's JSON up to its id. Made once per plan and answer; evaluation gives the same object every time. */
function answerText(plan: LivePlan, evaluation: Evaluation): string {
  const known = plan.answers.get(evaluation);
  if (known !== undefined) return known;
  const said = plan.stale ? { ...evaluation, reason: "STALE" } : evaluation;
  const text = `${JSON.stringify(said).slice(0, -1)},"configVersion":${plan.version},"decisionId":"`;
  plan.answers.set(evaluation, text);
  return text;
}
