import { always, type Condition, type Operator } from "../../protocols/condition.ts";
import type { HashRecipe, UnitRange } from "../../protocols/hash-recipe.ts";
import type { Json } from "../../protocols/json.ts";

// Conditions put together without empty shells around them, so that people can read what an import made.

export const never: Condition = { not: always };
const isAlways = (condition: Condition): boolean => "all" in condition && condition.all.length === 0;
const isNever = (condition: Condition): boolean => "not" in condition && isAlways(condition.not);

export function allOf(conditions: readonly Condition[]): Condition {
  if (conditions.some(isNever)) return never;
  const parts = conditions.flatMap((part) => ("all" in part ? part.all : [part]));
  return parts.length === 1 ? (parts[0] as Condition) : { all: parts };
}

export function anyOf(conditions: readonly Condition[]): Condition {
  if (conditions.some(isAlways)) return always;
  const parts = conditions
    .filter((part) => !isNever(part))
    .flatMap((part) => ("any" in part ? part.any : [part]));
  if (parts.length === 0) return never;
  return parts.length === 1 ? (parts[0] as Condition) : { any: parts };
}

export const notOf = (condition: Condition): Condition =>
  "not" in condition ? condition.not : { not: condition };

export const compare = (attribute: string, op: Operator, value?: Json): Condition => ({
  attribute,
  op,
  ...(value === undefined ? {} : { value }),
});

export const missing = (attribute: string): Condition => compare(attribute, "exists", false);

/** Two numbers, made ready for a rule by the other system's own arithmetic. */
export type Range = UnitRange;

export function inHashRange(recipe: HashRecipe, ranges: readonly Range[]): Condition {
  const open = ranges.filter(({ from, to }) => from < to);
  if (open.length === 0) return never;
  return { op: "in_hash_range", value: { recipe, ranges: open } as unknown as Json };
}

/** An `in` for a list that may be empty. */
export const inList = (attribute: string, op: Operator, values: readonly Json[]): Condition =>
  values.length === 0 ? never : compare(attribute, op, values);

export { always };
