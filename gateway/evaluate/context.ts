import type { ClientContext, EvaluationContext } from "../../protocols/decision.ts";
import type { UnitType } from "../../protocols/ids.ts";
import type { LivePlan } from "../live-plan.ts";

const sessionType: UnitType = "session";

/**
 * Undefined when the client named no unit. Raw keys become pseudonyms here; the unit's own stays beside its pseudonym
 * for the recipes of other systems, and lives no longer than the request. One shape for all, as evaluating reads it.
 */
export function contextOf(
  context: ClientContext,
  plan: LivePlan,
  now: number,
): EvaluationContext | undefined {
  const { targetingKey, unitId, sessionKey } = context;
  if (unitId === undefined && targetingKey === undefined) return undefined;
  return {
    unitId: unitId ?? plan.units.of(targetingKey as string),
    attributes: attributesOf(context),
    sessionId: sessionKey === undefined ? undefined : plan.units.ofType(sessionType, sessionKey),
    key: targetingKey,
    kept: undefined,
    now,
  };
}

/**
 * All but the three names of the unit. Those are emptied, which to every condition is the same as missing, instead of
 * left out: a copy of the same shape takes a fifth of the time.
 */
function attributesOf(context: ClientContext): EvaluationContext["attributes"] {
  const attributes: Record<string, unknown> = { ...context };
  if (attributes["targetingKey"] !== undefined) attributes["targetingKey"] = undefined;
  if (attributes["unitId"] !== undefined) attributes["unitId"] = undefined;
  if (attributes["sessionKey"] !== undefined) attributes["sessionKey"] = undefined;
  return attributes as EvaluationContext["attributes"];
}

export const sessionIdOf = (plan: LivePlan, sessionKey: string | undefined): EvaluationContext["sessionId"] =>
  sessionKey === undefined || sessionKey === "" ? undefined : plan.units.ofType(sessionType, sessionKey);
