import type { Failure } from "../../protocols/failures.ts";
import type { EvaluateRequest, Evaluation, EvaluationContext } from "../../protocols/decision.ts";
import { evaluate } from "../../evaluation/evaluate.ts";
import type { Call, Room } from "../call.ts";
import { saidOf } from "../decisions/said.ts";
import { jsonType, type Answer } from "../http.ts";
import { parseJson } from "../json-body.ts";
import type { LivePlan } from "../live-plan.ts";
import { contextOf } from "./context.ts";
import { decide, planFor } from "./decide.ts";
import { explainDecision, isExplained } from "./explain.ts";
import { parseEvaluateRequest } from "./request.ts";

// The common case has no await: what a body asks is answered before the next one is read. An answer waits only for the
// assignment store, when the flag serves an experiment that keeps its variants, and for the decision log.

const headers: Answer["headers"] = [jsonType];
/** Stickiness was asked for, and hashing decided: the store did not answer. */
const unstuckHeaders: Answer["headers"] = [jsonType, ["x-weir-sticky-unavailable", "true"]];
const noUnit: Failure = {
  code: "invalid_request",
  issues: [{ path: "context", message: "needs a targetingKey or a unitId" }],
};

/** `POST /evaluate`. */
export function postEvaluate(room: Room, call: Call, body: string): Answer | Promise<Answer> {
  const json = parseJson(body);
  if (!json.ok) return call.problem(json.failure);
  const request = parseEvaluateRequest(json.value);
  if (!request.ok) return call.problem(request.failure);
  const { envKey, flagKey, context } = request.value;
  const plan = planFor(room, call, envKey);
  if (!plan.ok) return call.problem(plan.failure);
  const asked = contextOf(context, plan.value, room.clock.now());
  if (asked === undefined) return call.problem(noUnit);
  call.noteConsent(plan.value.environment, asked.unitId);
  if (isExplained(call, request.value)) return explained(room, call, plan.value, request.value, asked);
  const { sticky } = plan.value;
  if (sticky?.flags.has(flagKey) === true) return decideSticky(room, call, plan.value, flagKey, asked);
  return answered(room, call, plan.value, asked, evaluate(plan.value.program, flagKey, asked), headers);
}

function answered(
  room: Room,
  call: Call,
  plan: LivePlan,
  asked: EvaluationContext,
  evaluation: Evaluation,
  answerHeaders: Answer["headers"],
): Answer | Promise<Answer> {
  if (evaluation.code === "flag_not_found")
    return call.problem({ code: "flag_not_found", flag: evaluation.flagKey });
  room.counts.evaluations++;
  const said = saidOf(plan, evaluation);
  const id = call.decisionId();
  const answer: Answer = { status: 200, headers: answerHeaders, body: `${said.text}${id}"}` };
  if (said.line === undefined) return answer;
  const logged = room.decisions.note(plan.environment, said, asked, id);
  if (logged === undefined) return answer;
  return logged.then((outcome) => (outcome.ok ? answer : call.problem(outcome.failure)));
}

async function decideSticky(
  room: Room,
  call: Call,
  plan: LivePlan,
  flagKey: string,
  asked: EvaluationContext,
): Promise<Answer> {
  const { evaluation, stickyUnavailable } = await decide(room, plan, flagKey, asked);
  const shown = stickyUnavailable ? unstuckHeaders : headers;
  return answered(room, call, plan, asked, evaluation, shown);
}

async function explained(
  room: Room,
  call: Call,
  plan: LivePlan,
  { flagKey }: EvaluateRequest,
  asked: EvaluationContext,
): Promise<Answer> {
  const outcome = await explainDecision(room, call, plan, flagKey, asked);
  if (!outcome.ok) return call.problem(outcome.failure);
  const { evaluation, version, decisionId, trace, stickyUnavailable } = outcome.value;
  const shown = plan.stale ? { ...evaluation, reason: "STALE" } : evaluation;
  return {
    status: 200,
    headers: stickyUnavailable ? unstuckHeaders : headers,
    body: JSON.stringify({ ...shown, configVersion: version, decisionId, trace }),
  };
}
