import type { Comparison, Condition } from "../../protocols/condition.ts";
import type { Flag, Serve } from "../../protocols/flag.ts";
import { shareText } from "./numbers.ts";

// Rules read as sentences: "If country is one of DE, FR and plan is "pro", serve on."

type Rule = Flag["rules"][number];

const verbs: Record<Comparison["op"], string> = {
  eq: "is",
  neq: "is not",
  in: "is one of",
  not_in: "is none of",
  lt: "is below",
  lte: "is at most",
  gt: "is above",
  gte: "is at least",
  between: "is between",
  contains: "contains",
  not_contains: "does not contain",
  starts_with: "starts with",
  ends_with: "ends with",
  matches: "matches",
  exists: "is present",
  semver_eq: "is version",
  semver_lt: "is a version below",
  semver_lte: "is a version at most",
  semver_gt: "is a version above",
  semver_gte: "is a version at least",
  semver_range: "is a version in",
  before: "is before",
  after: "is after",
  in_cidr: "is an address in",
  in_segment: "is in segment",
  has_any: "has any of",
  has_all: "has all of",
  bucket: "falls into",
  coerced_eq: "as a number is",
  coerced_lt: "as a number is below",
  coerced_lte: "as a number is at most",
  coerced_gt: "as a number is above",
  coerced_gte: "as a number is at least",
  text_in: "as text is one of",
  text_lt: "as text comes before",
  text_lte: "as text is or comes before",
  text_gt: "as text comes after",
  text_gte: "as text is or comes after",
  truthy: "counts as true",
  in_ignore_case: "is, in any case, one of",
  contains_ignore_case: "contains, in any case,",
  starts_with_ignore_case: "starts, in any case, with",
  ends_with_ignore_case: "ends, in any case, with",
  has_any_ignore_case: "has, in any case, any of",
  has_all_ignore_case: "has, in any case, all of",
  type_is: "is of type",
  length_between: "has a length between",
  json_eq: "as a whole is",
  semver_lenient_eq: "is about version",
  semver_lenient_lt: "is about a version below",
  semver_lenient_lte: "is about a version at most",
  semver_lenient_gt: "is about a version above",
  semver_lenient_gte: "is about a version at least",
  version_padded_eq: "part by part is version",
  version_padded_lt: "part by part is a version below",
  version_padded_lte: "part by part is a version at most",
  version_padded_gt: "part by part is a version above",
  version_padded_gte: "part by part is a version at least",
  some: "has an element that",
  in_hash_range: "falls, by another system's hash, into",
  now_before: "asks before",
  now_after: "asks after",
};

export const ruleSentence = ({ when, serve }: Rule): string =>
  isAlways(when)
    ? `For everyone, ${serveSentence(serve)}.`
    : `If ${conditionText(when)}, ${serveSentence(serve)}.`;

export function serveSentence(serve: Serve): string {
  if ("variation" in serve) return `serve ${serve.variation}`;
  if ("split" in serve) {
    return `serve ${listText(serve.split.map(({ variation, weight }) => `${variation} to ${shareText(weight)}`))}`;
  }
  if ("shadow" in serve) {
    const { variation, candidate } = serve.shadow;
    return `serve ${variation} and note what ${candidate} would have been`;
  }
  if ("rollout" in serve) {
    const { variation, steps, ramp } = serve.rollout;
    const stepText = steps.map(({ at, share }) => `${shareText(share)} from ${new Date(at).toISOString()}`);
    return `serve ${variation} to ${listText(stepText)}${ramp === "linear" ? ", growing evenly" : ""}${otherwiseText(serve.rollout)}`;
  }
  const otherwise = otherwiseText(serve);
  return `let experiment ${serve.experiment} decide${otherwise}`;
}

const otherwiseText = ({ otherwise }: { readonly otherwise?: string | undefined }): string =>
  otherwise === undefined ? "" : `, otherwise serve ${otherwise}`;

export function conditionText(condition: Condition): string {
  if ("all" in condition) return joined(condition.all, " and ", "always");
  if ("any" in condition) return joined(condition.any, " or ", "never");
  if ("not" in condition) return `not (${conditionText(condition.not)})`;
  return comparisonText(condition);
}

/** Parentheses only where the words would otherwise mean something else. */
function joined(conditions: readonly Condition[], word: string, none: string): string {
  if (conditions.length === 0) return none;
  return conditions
    .map((part) => {
      const nested = ("all" in part && part.all.length > 1) || ("any" in part && part.any.length > 1);
      return nested && conditions.length > 1 ? `(${conditionText(part)})` : conditionText(part);
    })
    .join(word);
}

function comparisonText({ attribute, op, value, negate }: Comparison): string {
  const subject = attribute ?? "the person";
  const text = [subject, verbs[op], valueText(op, value)].filter((part) => part !== "").join(" ");
  return negate === true ? `not (${text})` : text;
}

function valueText(op: Comparison["op"], value: unknown): string {
  if (op === "exists" || value === undefined) return "";
  if (op === "between" && Array.isArray(value)) return value.map(plain).join(" and ");
  if (op === "bucket" && typeof value === "object" && value !== null) return bucketText(value);
  return Array.isArray(value) ? value.map(plain).join(", ") : plain(value);
}

function bucketText(value: object): string {
  const { from, to } = value as { from?: unknown; to?: unknown };
  return typeof from === "number" && typeof to === "number"
    ? `the part from ${shareText(from)} to ${shareText(to)}`
    : plain(value);
}

const plain = (value: unknown): string => (typeof value === "string" ? `“${value}”` : JSON.stringify(value));

const isAlways = (condition: Condition): boolean => "all" in condition && condition.all.length === 0;

function listText(parts: readonly string[]): string {
  const last = parts.at(-1) ?? "nothing";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
}
