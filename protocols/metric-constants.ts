import type { Operator } from "./condition.ts";
import type { Json } from "./json.ts";

// What a metric's filter may compare with.

/** Operators of metric filters, with what each needs. */
export const needs = {
  eq: "a text, number or truth value",
  neq: "a text, number or truth value",
  in: "a list of at most 1000 texts, numbers or truth values, and at least one",
  not_in: "a list of at most 1000 texts, numbers or truth values, and at least one",
  lt: "a number",
  lte: "a number",
  gt: "a number",
  gte: "a number",
  between: "[low, high], low ≤ high",
  contains: "a text",
  not_contains: "a text",
  starts_with: "a text",
  ends_with: "a text",
  exists: "true, false or nothing",
} as const satisfies Partial<Record<Operator, string>>;
export type FilterOperator = keyof typeof needs;

const listMax = 1_000;
const textLengthMax = 1_000;

/**
 * A text that is the same in UTF-16 and in UTF-8. Half a surrogate pair is not; ClickHouse has U+FFFD in its place, so
 * that character is compared with nothing either.
 */
export const isFilterText = (value: unknown): value is string =>
  typeof value === "string" && value.isWellFormed() && !value.includes("\ufffd");

const isText = (value: unknown): boolean => isFilterText(value) && value.length <= textLengthMax;
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isScalar = (value: unknown): boolean => isText(value) || isNumber(value) || typeof value === "boolean";

export function isConstant(op: FilterOperator, value: Json | undefined): boolean {
  switch (op) {
    case "eq":
    case "neq":
      return isScalar(value);
    case "in":
    case "not_in":
      return Array.isArray(value) && value.length > 0 && value.length <= listMax && value.every(isScalar);
    case "lt":
    case "lte":
    case "gt":
    case "gte":
      return isNumber(value);
    case "between": {
      if (!Array.isArray(value) || value.length !== 2) return false;
      const [low, high] = value;
      return isNumber(low) && isNumber(high) && low <= high;
    }
    case "contains":
    case "not_contains":
    case "starts_with":
    case "ends_with":
      return isText(value);
    case "exists":
      return value === undefined || typeof value === "boolean";
  }
}
