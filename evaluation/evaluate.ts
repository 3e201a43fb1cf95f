import type { Evaluation, EvaluationContext } from "../protocols/decision.ts";
import type { FlagProgram, Program } from "./program.ts";

/**
 * Decides one flag for one context. Pure, and never throws, whatever the context holds. The answer is frozen and the
 * same object for every context it is given to (but for an unknown flag), so work on answers can be kept per object.
 */
export function evaluate(program: Program, flagKey: string, context: EvaluationContext): Evaluation {
  const flag = program.flags.get(flagKey);
  return flag === undefined ? { flagKey, reason: "ERROR", code: "flag_not_found" } : decide(flag, context);
}

/** Every flag of the plan, in its order. */
export function evaluateAll(program: Program, context: EvaluationContext): Evaluation[] {
  const evaluations: Evaluation[] = [];
  for (const flag of program.flags.values()) evaluations.push(decide(flag, context));
  return evaluations;
}

/** The order of SPEC 3.4. */
function decide(flag: FlagProgram, context: EvaluationContext): Evaluation {
  if (flag.disabled !== undefined) return flag.disabled;
  if (!prerequisitesHold(flag, context)) return flag.prerequisiteFailed;
  // The answer of the last experiment that refused, should nothing below it decide.
  let refused: Evaluation | undefined;
  for (const rule of flag.rules) {
    if (!rule.when(context)) continue;
    const outcome = rule.serve(context);
    if (outcome.final) return outcome.evaluation;
    refused = outcome.evaluation;
  }
  return flag.constant === undefined ? flag.fallthrough(context).evaluation : (refused ?? flag.constant);
}

/** compile() and program() bound how many flags this can lead to (bounds.ts). */
function prerequisitesHold(flag: FlagProgram, context: EvaluationContext): boolean {
  if (flag.prerequisites === undefined) return false;
  for (const { flag: target, variations } of flag.prerequisites) {
    const { variation } = decide(target, context);
    if (variation === undefined || !variations.has(variation)) return false;
  }
  return true;
}
