import type { EvaluationContext } from "../../protocols/decision.ts";
import type { Plan } from "../../protocols/plan.ts";
import type { DrawTrace } from "../../protocols/trace.ts";
import { memberOf } from "../attribute.ts";
import { bucketOf } from "../bucket.ts";
import { expand } from "../expansion.ts";
import type { Json } from "../../protocols/json.ts";
import { placeOf } from "../hash-profiles/place.ts";
import { recipeOf } from "../hash-profiles/recipe.ts";
import type { HashRecipe } from "../../protocols/hash-recipe.ts";
import { segmentsIn } from "../references.ts";
import { textOf } from "../text.ts";

/** What an explanation is made from: the plan as it is, without anything that program() prepared. */
export interface Scope {
  readonly plan: Plan;
  readonly context: EvaluationContext;
  /** Segments and flags whose references can be followed to their end. */
  readonly segments: ReadonlySet<string>;
  readonly flags: ReadonlySet<string>;
}

export function scopeOf(plan: Plan, context: EvaluationContext): Scope {
  const nested = Object.entries(plan.segments).map(
    ([key, { rules }]) => [key, rules.flatMap((rule) => segmentsIn(rule))] as const,
  );
  const required = Object.entries(plan.flags).map(
    ([key, { prerequisites }]) => [key, prerequisites.map(({ flag }) => flag as string)] as const,
  );
  return {
    plan,
    context,
    segments: new Set(expand(new Map(nested)).order),
    flags: new Set(expand(new Map(required)).order),
  };
}

/** A member of one of the plan's records; keys may be `constructor`. */
export const entity = <Entity>(
  record: Readonly<Record<string, Entity>> | undefined,
  key: string,
): Entity | undefined => memberOf(record, key) as Entity | undefined;

export interface Drawn {
  readonly trace: DrawTrace;
  /** Undefined when there was nothing to hash. */
  readonly at: number | undefined;
}

export function bucketDraw(salt: string, { context }: Scope): Drawn {
  const bucket = bucketOf(salt, textOf(context.unitId));
  return { trace: { salt, bucket }, at: bucket };
}

/** Undefined for a recipe that this version does not know. */
export function recipeDraw(hash: HashRecipe, { context }: Scope): Drawn | undefined {
  const recipe = recipeOf(hash as unknown as Json);
  if (recipe === undefined) return undefined;
  const position = placeOf(recipe)(context);
  const { profile } = recipe;
  return { trace: position === undefined ? { profile } : { profile, position }, at: position };
}
