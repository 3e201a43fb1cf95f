import type { Condition } from "../protocols/condition.ts";
import type { EvaluationContext } from "../protocols/decision.ts";
import type { Json } from "../protocols/json.ts";
import { conditionDepthMax } from "./bounds.ts";

// The condition inside a `some`: it asks the members of a list one by one. A member that is an object is asked for its
// own members; any other is asked as `value`.

/** Those that ask for more than the attributes: the unit, the clock. */
const outside: ReadonlySet<string> = new Set([
  "in_segment",
  "bucket",
  "in_hash_range",
  "now_before",
  "now_after",
]);

/** The constant of a `some`, when it has the form of a condition and asks for attributes only. */
export function elementConditionOf(constant: Json | undefined, depth = 0): Condition | undefined {
  if (depth > conditionDepthMax) return undefined;
  if (typeof constant !== "object" || constant === null || Array.isArray(constant)) return undefined;
  const members = constant as Readonly<Record<string, Json>>;
  const isPart = (each: Json | undefined): boolean => elementConditionOf(each, depth + 1) !== undefined;
  const list = members["all"] ?? members["any"];
  const isCondition =
    list !== undefined
      ? Array.isArray(list) && list.every(isPart)
      : members["not"] !== undefined
        ? isPart(members["not"])
        : typeof members["op"] === "string" &&
          !outside.has(members["op"]) &&
          typeof members["attribute"] === "string" &&
          (members["negate"] === undefined || typeof members["negate"] === "boolean");
  return isCondition ? (constant as unknown as Condition) : undefined;
}

export const elementContext = (element: unknown, context: EvaluationContext): EvaluationContext => ({
  ...context,
  attributes:
    typeof element === "object" && element !== null && !Array.isArray(element)
      ? (element as Readonly<Record<string, unknown>>)
      : { value: element },
});
