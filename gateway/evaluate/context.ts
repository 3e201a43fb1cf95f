import type { ClientContext, EvaluationContext } from "../../protocols/decision.ts";
import type { LivePlan } from "../live-plan.ts";

/** Undefined when the client named no unit. The raw key becomes a pseudonym here and goes no further. */
export function contextOf(
  context: ClientContext,
  plan: LivePlan,
  now: number,
): EvaluationContext | undefined {
  const { targetingKey, unitId, ...attributes } = context;
  if (unitId !== undefined) return { unitId, attributes, now };
  if (targetingKey === undefined) return undefined;
  return { unitId: plan.units.of(targetingKey), attributes, now };
}
