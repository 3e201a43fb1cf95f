import type { Evaluation, EvaluationContext } from "../../protocols/decision.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import { evaluate } from "../../evaluation/evaluate.ts";
import { environmentOf } from "../auth.ts";
import type { Call, Room } from "../call.ts";
import type { LivePlan } from "../live-plan.ts";

/** The plan of an environment this caller may see. */
export function planFor(room: Room, call: Call, named: string | undefined): Outcome<LivePlan> {
  const environment = environmentOf(call.principal, room.directory, named);
  if (!environment.ok) return environment;
  const plan = room.plans.get(environment.value);
  return plan === undefined
    ? fail({ code: "nothing_published", environment: environment.value })
    : succeed(plan);
}

export interface Decided {
  readonly evaluation: Evaluation;
  /** As it was decided by: with what was kept of the unit. */
  readonly context: EvaluationContext;
  readonly stickyUnavailable: boolean;
}

/** One flag, with the assignment store where its plan wants it. */
export function decide(
  room: Room,
  plan: LivePlan,
  flagKey: string,
  asked: EvaluationContext,
): Decided | Promise<Decided> {
  const { sticky } = plan;
  if (sticky?.flags.has(flagKey) !== true) {
    const evaluation = evaluate(plan.program, flagKey, asked);
    return { evaluation, context: asked, stickyUnavailable: false };
  }
  const make = (context: EvaluationContext): readonly Evaluation[] => [
    evaluate(plan.program, flagKey, context),
  ];
  return room.assignments
    .decide(plan, sticky, asked, make)
    .then(({ evaluations, context, stickyUnavailable }) => ({
      evaluation: evaluations[0] as Evaluation,
      context,
      stickyUnavailable,
    }));
}
