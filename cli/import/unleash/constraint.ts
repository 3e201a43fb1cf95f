import type { Condition, Operator } from "../../../protocols/condition.ts";
import { attributeOperator } from "../../../evaluation/operators/table.ts";
import { allOf, anyOf, compare, inList, missing, never, notOf } from "../conditions.ts";
import type { Notes } from "../notes.ts";
import type { UnitLists } from "../unit-lists.ts";
import type { Constraint } from "./features.ts";

export interface UnleashScope {
  readonly notes: Notes;
  readonly lists: UnitLists;
  /** The context field that is Weir's targeting key. */
  readonly keyAttribute: string;
}

/** `inverted` turns the answer round, also that of a field which is missing. */
export function constraintCondition(constraint: Constraint, path: string, scope: UnleashScope): Condition {
  const condition = plainCondition(constraint, path, scope);
  return constraint.inverted === true ? notOf(condition) : condition;
}

function plainCondition(constraint: Constraint, path: string, scope: UnleashScope): Condition {
  const { contextName: field, operator, caseInsensitive } = constraint;
  const values = constraint.values ?? [];
  const ignoreCase = caseInsensitive === true;
  const isKey = field === scope.keyAttribute;
  if (operator === "IN" || operator === "NOT_IN") {
    const inside = isKey ? scope.lists.condition(values) : inList(field, "text_in", values);
    return operator === "IN" ? inside : notOf(inside);
  }
  if (isKey)
    scope.notes.changed(
      path,
      `looks into the key itself, which Weir does not keep: clients must also send it as attribute ${field}`,
    );
  switch (operator) {
    case "STR_STARTS_WITH":
      return eachOf(field, ignoreCase ? "starts_with_ignore_case" : "starts_with", values);
    case "STR_ENDS_WITH":
      return eachOf(field, ignoreCase ? "ends_with_ignore_case" : "ends_with", values);
    case "STR_CONTAINS":
      return eachOf(field, ignoreCase ? "contains_ignore_case" : "contains", values);
    case "NUM_EQ":
    case "NUM_LT":
    case "NUM_LTE":
    case "NUM_GT":
    case "NUM_GTE":
      return numberCondition(field, `coerced_${operator.slice(4).toLowerCase()}` as Operator, constraint);
    case "SEMVER_EQ":
      return checked(field, "semver_eq", constraint);
    case "SEMVER_LT":
      return checked(field, "semver_lt", constraint);
    case "SEMVER_LTE":
      return checked(field, "semver_lte", constraint);
    case "SEMVER_GT":
      return checked(field, "semver_gt", constraint);
    case "SEMVER_GTE":
      return checked(field, "semver_gte", constraint);
    case "DATE_AFTER":
    case "DATE_BEFORE":
      return dateCondition(field, operator === "DATE_AFTER" ? "after" : "before", constraint);
    case "REGEX": {
      const pattern = String(constraint.value ?? "");
      return checked(field, "matches", { ...constraint, value: ignoreCase ? `(?i)${pattern}` : pattern });
    }
    case "IN_CIDR":
      return networks(field, values);
    default:
      scope.notes.changed(
        `${path}.operator`,
        `Unleash knows no operator ${operator}, so it never holds, as there`,
      );
      return never;
  }
}

const eachOf = (field: string, op: Operator, values: readonly string[]): Condition =>
  anyOf(values.map((value) => compare(field, op, value)));

function numberCondition(field: string, op: Operator, { value }: Constraint): Condition {
  const number = value === null || value === undefined || value === "" ? Number.NaN : Number(value);
  return Number.isFinite(number) ? compare(field, op, number) : never;
}

/** A constant that the operator does not take (no version, no pattern) never holds there either. */
function checked(field: string, op: Operator, { value }: Constraint): Condition {
  return attributeOperator(op)?.(value ?? "").ok === true ? compare(field, op, value ?? "") : never;
}

/** The field of the moment is filled by Unleash's clients when the caller does not; here the decision's clock does. */
function dateCondition(field: string, op: "after" | "before", constraint: Constraint): Condition {
  const { value } = constraint;
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) return never;
  const instant = new Date(time).toISOString();
  const sent = compare(field, op, instant);
  if (field !== "currentTime") return sent;
  return anyOf([sent, allOf([missing(field), { op: `now_${op}`, value: instant }])]);
}

/** Addresses and networks; what is neither is passed over, as there. */
export function networks(field: string, texts: readonly string[]): Condition {
  const valid = texts
    .map((text) => (text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`))
    .filter((text) => attributeOperator("in_cidr")?.(text).ok === true);
  return inList(field, "in_cidr", valid);
}
