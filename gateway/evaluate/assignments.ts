import { AssignmentRequest, type EvaluationContext } from "../../protocols/decision.ts";
import { namedEnvironment } from "../auth.ts";
import type { Call, Room } from "../call.ts";
import { saidOf } from "../decisions/said.ts";
import { jsonAnswer, type Answer } from "../http.ts";
import { parseBody } from "../json-body.ts";
import { sessionIdOf } from "./context.ts";
import { decide, planFor } from "./decide.ts";
import { exposureTokenMsMax, sealExposure } from "./exposure-token.ts";

/** `POST /v1/assignments`: which variant, why, and the token that proves it when the user has seen it. */
export async function postAssignment(room: Room, call: Call, body: string): Promise<Answer> {
  const request = parseBody(AssignmentRequest, body);
  if (!request.ok) return call.problem(request.failure);
  const { experimentKey, userId, sessionId, context } = request.value;
  const found = planFor(room, call, namedEnvironment(call.head));
  if (!found.ok) return call.problem(found.failure);
  const plan = found.value;
  const experiment = plan.experiments.get(experimentKey);
  if (experiment === undefined)
    return call.problem({ code: "experiment_not_found", experiment: experimentKey });
  const asked: EvaluationContext = {
    unitId: plan.units.ofType(experiment.unit, userId),
    attributes: context,
    sessionId: sessionIdOf(plan, sessionId),
    key: userId,
    kept: undefined,
    now: room.clock.now(),
  };
  call.noteConsent(plan.environment, asked.unitId);
  const { evaluation, stickyUnavailable } = await decide(room, plan, experiment.flag, asked);
  room.counts.evaluations++;
  const id = call.decisionId();
  const logged = await room.decisions.note(plan.environment, saidOf(plan, evaluation), asked, id);
  if (logged?.ok === false) return call.problem(logged.failure);
  // The flag may have served this unit by another rule: then this experiment gave it nothing.
  const variant = evaluation.experiment === experimentKey ? evaluation.variant : undefined;
  const assigned = experiment.variants.find(({ key }) => key === variant);
  const answer = {
    experimentId: experimentKey,
    variant: variant ?? null,
    reasons: [evaluation.code],
    hashKey: asked.unitId,
    ...(stickyUnavailable ? { stickyUnavailable } : {}),
  };
  if (assigned === undefined) return jsonAnswer(200, { ...answer, exposureToken: null });
  const exposureToken = sealExposure(
    {
      id,
      environment: plan.environment,
      experiment: experiment.key,
      variant: assigned.key,
      unit: asked.unitId,
      phase: experiment.phase,
      version: plan.version,
      expiresAt: asked.now + exposureTokenMsMax,
    },
    room.secrets.exposure,
  );
  return jsonAnswer(200, { ...answer, exposureToken });
}
