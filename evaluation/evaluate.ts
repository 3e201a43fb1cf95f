import type { Evaluation, EvaluationContext } from "../protocols/decision.ts";
import { holds, type Check } from "./check.ts";
import type { FlagProgram, Guard, RuleProgram } from "./flag-program.ts";
import { plainContext } from "./plain-context.ts";
import type { Program } from "./program.ts";
import type { Serving } from "./serving.ts";

/**
 * Decides one flag for one context. Pure, and never throws, whatever the context holds. The answer is frozen and the
 * same object for every context it is given to (but for an unknown flag), so work on answers can be kept per object.
 */
export function evaluate(program: Program, flagKey: string, context: EvaluationContext): Evaluation {
  const { table } = program;
  const again = table.answer(flagKey);
  if (again !== undefined) return again;
  const flag = table.get(flagKey);
  if (flag === undefined) return { flagKey, reason: "ERROR", code: "flag_not_found" };
  return flag.constant ?? decideSafely(flag, context);
}

/** Where touch() puts what it read, so that the reading is not optimised away. */
const touched = { length: 0 };

/**
 * Reads a word of the unit id before anything needs it. Of many contexts each is met cold, and its unit id only after the
 * rules have branched on its attributes: asked for now, both come from memory at once. Worth 0.05 of case d.
 */
function touch(context: EvaluationContext): void {
  const unitId: unknown = context.unitId;
  if (typeof unitId === "string") touched.length = unitId.length;
}

/** Every flag of the plan, in its order. */
export function evaluateAll(program: Program, context: EvaluationContext): Evaluation[] {
  const evaluations: Evaluation[] = [];
  for (const flag of program.flags.values()) evaluations.push(flag.constant ?? decideSafely(flag, context));
  return evaluations;
}

function decideSafely(flag: FlagProgram, context: EvaluationContext): Evaluation {
  try {
    touch(context);
    return decide(flag, context);
  } catch {
    // Attributes are read with care; the context's own members are not, for speed. What throws there was no context.
    return decide(flag, plainContext(context));
  }
}

/** The order of SPEC 3.4. */
function decide(flag: FlagProgram, context: EvaluationContext): Evaluation {
  if (flag.guard !== undefined) {
    const guarded = stoppedBy(flag.guard, context);
    if (guarded !== undefined) return guarded;
  }
  // The answer of the last that could not decide, should nothing below it decide.
  let refused: Evaluation | undefined;
  for (let rule = flag.rule; rule !== undefined; rule = rule.next) {
    if (!fits(rule, context)) continue;
    if (rule.answer !== undefined) return rule.answer;
    const serving = rule.serving as Serving;
    const place = serving.place(context);
    if (place >= 0) return serving.answer(place);
    refused = serving.refusal(place) ?? refused;
  }
  if (flag.last !== undefined) return refused ?? flag.last;
  const { fallthrough } = flag;
  if (fallthrough === undefined) return refused ?? flag.nothing;
  const place = fallthrough.place(context);
  if (place >= 0) return fallthrough.answer(place);
  return fallthrough.refusal(place) ?? refused ?? flag.nothing;
}

/** Overrides, off and prerequisites: an answer when one of them has the say. */
function stoppedBy(guard: Guard, context: EvaluationContext): Evaluation | undefined {
  const forced = guard.forced?.for(context);
  if (forced !== undefined) return forced;
  if (guard.disabled !== undefined) return guard.disabled;
  return prerequisitesHold(guard, context) ? undefined : guard.prerequisiteFailed;
}

function fits({ first, second, rest }: RuleProgram, context: EvaluationContext): boolean {
  if (first !== undefined && !holds(first, context)) return false;
  if (second !== undefined && !holds(second, context)) return false;
  if (rest !== undefined)
    for (let index = 0; index < rest.length; index++) if (!holds(rest[index] as Check, context)) return false;
  return true;
}

/** compile() and program() bound how many flags this can lead to (bounds.ts). */
function prerequisitesHold({ prerequisites }: Guard, context: EvaluationContext): boolean {
  if (prerequisites === undefined) return true;
  if (prerequisites === "unmet") return false;
  for (const { flag: target, variations } of prerequisites) {
    const { variation } = target.constant ?? decide(target, context);
    if (variation === undefined || !variations.has(variation)) return false;
  }
  return true;
}
