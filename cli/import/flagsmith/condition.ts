import type { Condition, Operator } from "../../../protocols/condition.ts";
import { attributeOperator } from "../../../evaluation/operators/table.ts";
import { allOf, always, anyOf, compare, inHashRange, inList, missing, never, notOf } from "../conditions.ts";
import type { Notes } from "../notes.ts";
import { patternCondition } from "../pattern.ts";
import type { UnitLists } from "../unit-lists.ts";
import type { FsCondition, FsRule } from "./document.ts";
import { upTo } from "./position.ts";

export interface FlagsmithScope {
  readonly notes: Notes;
  readonly lists: UnitLists;
  readonly segmentId: number;
  /** Stands before an identity's own key in what is hashed. */
  readonly identityPrefix: string;
}

/** The conditions by the rule's type, and all the rules inside it. */
export function ruleCondition(rule: FsRule, path: string, scope: FlagsmithScope): Condition {
  const conditions = (rule.conditions ?? []).map((condition, index) =>
    conditionOf(condition, `${path}.conditions[${index}]`, scope),
  );
  const own =
    conditions.length === 0
      ? always
      : rule.type === "ALL"
        ? allOf(conditions)
        : rule.type === "ANY"
          ? anyOf(conditions)
          : notOf(anyOf(conditions));
  const inner = (rule.rules ?? []).map((each, index) =>
    ruleCondition(each, `${path}.rules[${index}]`, scope),
  );
  return allOf([own, ...inner]);
}

const identityProperties = new Set(["$.identity.identifier", "$.identity.key"]);

function conditionOf(condition: FsCondition, path: string, scope: FlagsmithScope): Condition {
  const { operator } = condition;
  const property = condition.property_ ?? condition.property ?? "";
  const text = condition.value === null || condition.value === undefined ? "" : String(condition.value);
  if (operator === "PERCENTAGE_SPLIT") return percentageSplit(property, text, path, scope);
  if (identityProperties.has(property)) return identityCondition(operator, condition, text, path, scope);
  if (property === "") {
    scope.notes.refuse(path, `${operator} names no trait`);
    return never;
  }
  switch (operator) {
    case "IS_SET":
      return compare(property, "exists");
    case "IS_NOT_SET":
      return missing(property);
    case "EQUAL":
      return equality(property, text);
    case "NOT_EQUAL":
      return allOf([compare(property, "exists"), notOf(equality(property, text))]);
    case "IN":
      return membership(property, listOf(condition.value, text));
    case "CONTAINS":
      return compare(property, "contains", text);
    case "NOT_CONTAINS":
      return compare(property, "not_contains", text);
    case "REGEX":
      scope.notes.changed(
        path,
        "the pattern is looked for anywhere in the text, as some of Flagsmith's clients do",
      );
      return patternCondition(property, text, false, path, scope.notes);
    case "GREATER_THAN":
      return order(property, "gt", text);
    case "GREATER_THAN_INCLUSIVE":
      return order(property, "gte", text);
    case "LESS_THAN":
      return order(property, "lt", text);
    case "LESS_THAN_INCLUSIVE":
      return order(property, "lte", text);
    default:
      scope.notes.refuse(path, `operator ${operator} is not carried`);
      return never;
  }
}

/** The constant is converted to the trait's type: a text stays one, a number is read, any text but "false" is true. */
function equality(property: string, text: string): Condition {
  const version = versionOf(text);
  if (version !== undefined) return checked(property, "semver_eq", version);
  const number = numberOf(text);
  const isFalse = text === "false" || text === "False";
  return anyOf([
    compare(property, "eq", text),
    number === undefined ? never : compare(property, "eq", number),
    compare(property, "eq", !isFalse),
  ]);
}

function order(property: string, name: "lt" | "lte" | "gt" | "gte", text: string): Condition {
  const version = versionOf(text);
  if (version !== undefined) return checked(property, `semver_${name}`, version);
  const number = numberOf(text);
  return anyOf([
    compare(property, `text_${name}`, text),
    number === undefined ? never : compare(property, name, number),
  ]);
}

/** "1.2.3:semver" asks for an order of versions. */
const versionOf = (text: string): string | undefined =>
  text.endsWith(":semver") ? text.slice(0, -":semver".length) : undefined;

const numberOf = (text: string): number | undefined =>
  text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined;

const checked = (property: string, op: Operator, version: string): Condition =>
  attributeOperator(op)?.(version).ok === true ? compare(property, op, version) : never;

/** Texts, and whole numbers as texts. */
const membership = (property: string, values: readonly string[]): Condition =>
  anyOf([
    inList(property, "in", values),
    inList(property, "in", values.filter((value) => /^-?\d+$/.test(value)).map(Number)),
  ]);

/** A list, a list as JSON text, or texts with commas between. */
function listOf(value: FsCondition["value"], text: string): string[] {
  if (Array.isArray(value)) return value.map(String);
  try {
    const parsed: unknown = JSON.parse(text);
    if (Array.isArray(parsed)) return parsed.map(String);
  } catch {
    // not JSON: commas
  }
  return text.split(",");
}

function identityCondition(
  operator: string,
  condition: FsCondition,
  text: string,
  path: string,
  { lists, notes }: FlagsmithScope,
): Condition {
  switch (operator) {
    case "EQUAL":
      return lists.condition([text]);
    case "NOT_EQUAL":
      return notOf(lists.condition([text]));
    case "IN":
      return lists.condition(listOf(condition.value, text));
    case "IS_SET":
      return always;
    case "IS_NOT_SET":
      return never;
    default:
      notes.refuse(path, `${operator} looks into the key itself, which Weir does not keep`);
      return never;
  }
}

/** By the identity, or by a trait when one is named; the upper bound belongs to it. */
function percentageSplit(property: string, text: string, path: string, scope: FlagsmithScope): Condition {
  const percentage = numberOf(text);
  if (percentage === undefined) {
    scope.notes.refuse(path, `${text} is no percentage`);
    return never;
  }
  const ids = [String(scope.segmentId)];
  const byTrait = property !== "" && !identityProperties.has(property);
  const prefix = property === "$.identity.identifier" ? "" : scope.identityPrefix;
  return inHashRange(
    byTrait
      ? { profile: "flagsmith", ids, attribute: property }
      : { profile: "flagsmith", ids, ...(prefix === "" ? {} : { prefix }) },
    [upTo(percentage)],
  );
}
