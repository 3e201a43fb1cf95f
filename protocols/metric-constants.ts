import { commonPatternProblem } from "./constants/common-pattern.ts";
import { instantOf } from "./constants/instant.ts";
import { parseNetwork } from "./constants/network.ts";
import { isCommonRange, isCommonVersion } from "./constants/common-version.ts";
import type { Operator } from "./condition.ts";
import type { Json } from "./json.ts";

// What a metric's filter may compare with.

const listMax = 1_000;
const textLengthMax = 1_000;
const networksMax = 200;

const scalar = "a text, number or truth value";
const scalars = `a list of at most ${listMax} texts, numbers or truth values, and at least one`;
const version = "a version by SemVer 2.0.0, as in 1.2.3";
const instant = "an RFC 3339 date-time with an offset, or epoch milliseconds";

/** Operators of metric filters, with what each needs. */
export const needs = {
  eq: scalar,
  neq: scalar,
  in: scalars,
  not_in: scalars,
  lt: "a number",
  lte: "a number",
  gt: "a number",
  gte: "a number",
  between: "[low, high], low ≤ high",
  contains: "a text",
  not_contains: "a text",
  starts_with: "a text",
  ends_with: "a text",
  matches: "a pattern",
  exists: "true, false or nothing",
  semver_eq: version,
  semver_lt: version,
  semver_lte: version,
  semver_gt: version,
  semver_gte: version,
  semver_range: "a range of versions, as in >=1.2.0 <2.0.0, of at most 20 comparisons",
  before: instant,
  after: instant,
  in_cidr: `a network in CIDR notation, as in 10.0.0.0/8, or a list of at most ${networksMax}`,
  has_any: scalars,
  has_all: scalars,
} as const satisfies Partial<Record<Operator, string>>;
export type FilterOperator = keyof typeof needs;

/**
 * A text that is the same in UTF-16 and in UTF-8. Half a surrogate pair is not; ClickHouse has U+FFFD in its place, so
 * that character is compared with nothing either.
 */
export const isFilterText = (value: unknown): value is string =>
  typeof value === "string" && value.isWellFormed() && !value.includes("\ufffd");

const isText = (value: unknown): value is string => isFilterText(value) && value.length <= textLengthMax;
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isScalar = (value: unknown): boolean => isText(value) || isNumber(value) || typeof value === "boolean";
const isList = (value: unknown, max: number): value is readonly Json[] =>
  Array.isArray(value) && value.length > 0 && value.length <= max;
const isNetwork = (value: unknown): boolean => typeof value === "string" && parseNetwork(value) !== undefined;

/** What is wrong with a constant; undefined for a good one. */
export function constantProblem(op: FilterOperator, value: Json | undefined): string | undefined {
  if (!isConstant(op, value)) return `needs ${needs[op]}`;
  return op === "matches" ? commonPatternProblem(value as string) : undefined;
}

function isConstant(op: FilterOperator, value: Json | undefined): boolean {
  switch (op) {
    case "eq":
    case "neq":
      return isScalar(value);
    case "in":
    case "not_in":
    case "has_any":
    case "has_all":
      return isList(value, listMax) && value.every(isScalar);
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
    case "matches":
      return isText(value);
    case "exists":
      return value === undefined || typeof value === "boolean";
    case "semver_eq":
    case "semver_lt":
    case "semver_lte":
    case "semver_gt":
    case "semver_gte":
      return typeof value === "string" && isCommonVersion(value);
    case "semver_range":
      return isText(value) && isCommonRange(value);
    case "before":
    case "after":
      return instantOf(value) !== undefined;
    case "in_cidr":
      return isList(value, networksMax) ? value.every(isNetwork) : isNetwork(value);
  }
}
