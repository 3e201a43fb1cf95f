import { AssignmentRequest } from "../../protocols/decision.ts";
import { evaluate } from "../../evaluation/evaluate.ts";
import { namedEnvironment } from "../auth.ts";
import type { Call, Room } from "../call.ts";
import { jsonAnswer, type Answer } from "../http.ts";
import { parseBody } from "../json-body.ts";
import { planFor } from "./evaluate.ts";
import { exposureTokenMsMax, sealExposure } from "./exposure-token.ts";

/** `POST /v1/assignments`: which variant, why, and the token that proves it when the user has seen it. */
export function postAssignment(room: Room, call: Call, body: string): Answer {
  const request = parseBody(AssignmentRequest, body);
  if (!request.ok) return call.problem(request.failure);
  const { experimentKey, userId, context } = request.value;
  const found = planFor(room, call, namedEnvironment(call.head));
  if (!found.ok) return call.problem(found.failure);
  const plan = found.value;
  const experiment = plan.experiments.get(experimentKey);
  if (experiment === undefined)
    return call.problem({ code: "experiment_not_found", experiment: experimentKey });
  const now = room.clock.now();
  const unitId = plan.units.ofType(experiment.unit, userId);
  const evaluation = evaluate(plan.program, experiment.flag, { unitId, attributes: context, now });
  room.counts.evaluations++;
  // The flag may have served this unit by another rule: then this experiment gave it nothing.
  const variant = evaluation.experiment === experimentKey ? evaluation.variant : undefined;
  const assigned = experiment.variants.find(({ key }) => key === variant);
  const answer = {
    experimentId: experimentKey,
    variant: variant ?? null,
    reasons: [evaluation.code],
    hashKey: unitId,
  };
  if (assigned === undefined) return jsonAnswer(200, { ...answer, exposureToken: null });
  const exposureToken = sealExposure(
    {
      id: room.requestIds.next(),
      environment: plan.environment,
      experiment: experiment.key,
      variant: assigned.key,
      unit: unitId,
      phase: experiment.phase,
      expiresAt: now + exposureTokenMsMax,
    },
    room.secrets.exposure,
  );
  return jsonAnswer(200, { ...answer, exposureToken });
}
