import type { Condition } from "../../protocols/condition.ts";
import type { Json } from "../../protocols/json.ts";
import { allOf, anyOf, compare, missing, never } from "./conditions.ts";
import type { Notes } from "./notes.ts";

export type Order = "lt" | "lte" | "gt" | "gte";

export const isTrue: Record<Order | "eq", (a: number | string, b: number | string) => boolean> = {
  eq: (a, b) => a === b,
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b,
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
};

/**
 * JavaScript's `<` and its sisters, for systems that compare with them: two texts by their characters, anything else as
 * numbers, where null (an attribute nobody sent) and the empty text are 0.
 */
export function orderCondition(
  attribute: string,
  order: Order,
  constant: Json,
  path: string,
  notes: Notes,
): Condition {
  const holds = isTrue[order];
  const bound = typeof constant === "boolean" ? Number(constant) : constant;
  if (typeof bound === "number")
    return anyOf([
      compare(attribute, `coerced_${order}`, bound),
      ...(holds(0, bound) ? [missing(attribute), compare(attribute, "eq", "")] : []),
    ]);
  if (typeof bound !== "string") {
    notes.refuse(path, `an order against ${JSON.stringify(constant)} is not carried`);
    return never;
  }
  const texts = compare(attribute, `text_${order}`, bound);
  const number = Number(bound);
  if (!Number.isFinite(number)) return texts;
  const isNumber = anyOf([compare(attribute, "type_is", "number"), compare(attribute, "type_is", "boolean")]);
  return anyOf([
    texts,
    allOf([isNumber, compare(attribute, `coerced_${order}`, number)]),
    holds(0, number) ? missing(attribute) : never,
  ]);
}
