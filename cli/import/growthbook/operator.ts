import type { Condition, Operator } from "../../../protocols/condition.ts";
import type { Json } from "../../../protocols/json.ts";
import { paddedVersion } from "../../../evaluation/operators/lenient-version.ts";
import { anyOf, compare, inList, missing, never, notOf } from "../conditions.ts";
import { isTrue, type Order, orderCondition } from "../javascript-order.ts";
import { patternCondition } from "../pattern.ts";
import type { Notes } from "../notes.ts";
import { type ConditionScope, groupOf } from "./scope.ts";
import { everyMember, sizeCondition, someMember } from "./list.ts";

const types: ReadonlySet<Json> = new Set(["string", "number", "boolean", "array", "object"]);
const isScalar = (value: Json): boolean => ["string", "number", "boolean"].includes(typeof value);

export function operatorCondition(
  attribute: string,
  name: string,
  constant: Json,
  path: string,
  scope: ConditionScope,
): Condition {
  switch (name) {
    case "$eq":
      return strictEquality(attribute, constant);
    case "$ne":
      return notOf(strictEquality(attribute, constant));
    case "$lt":
    case "$lte":
    case "$gt":
    case "$gte":
      return orderCondition(attribute, name.slice(1) as Order, constant, path, scope.notes);
    case "$exists":
      return constant === false || constant === null || constant === 0 || constant === ""
        ? missing(attribute)
        : compare(attribute, "exists");
    case "$in":
      return Array.isArray(constant) ? membership(attribute, constant) : never;
    case "$nin":
      return Array.isArray(constant) ? notOf(membership(attribute, constant)) : never;
    case "$ini":
      return Array.isArray(constant) ? membershipIgnoringCase(attribute, constant) : never;
    case "$nini":
      return Array.isArray(constant) ? notOf(membershipIgnoringCase(attribute, constant)) : never;
    case "$inGroup":
      return membership(attribute, groupOf(constant, scope));
    case "$notInGroup":
      return notOf(membership(attribute, groupOf(constant, scope)));
    case "$not":
      return notOf(scope.value(attribute, constant, path, scope));
    case "$size":
      return sizeCondition(attribute, constant, path, scope);
    case "$elemMatch":
      return someMember(attribute, constant, path, scope);
    case "$all":
      return Array.isArray(constant) ? everyMember(attribute, constant, false, path, scope) : never;
    case "$alli":
      return Array.isArray(constant) ? everyMember(attribute, constant, true, path, scope) : never;
    case "$regex":
    case "$regexi":
      return textPattern(attribute, constant, name === "$regexi", path, scope.notes);
    case "$type":
      if (constant === "null") return missing(attribute);
      return types.has(constant) ? compare(attribute, "type_is", constant) : never;
    case "$veq":
      return versionCondition(attribute, "eq", constant);
    case "$vne":
      return notOf(versionCondition(attribute, "eq", constant));
    case "$vlt":
    case "$vlte":
    case "$vgt":
    case "$vgte":
      return versionCondition(attribute, name.slice(2) as Order, constant);
    default:
      scope.notes.changed(path, `GrowthBook knows no operator ${name}, so this never holds, as there`);
      return never;
  }
}

/** `===`: no two lists or objects are the same one. */
function strictEquality(attribute: string, constant: Json): Condition {
  if (constant === null) return missing(attribute);
  return isScalar(constant) ? compare(attribute, "eq", constant) : never;
}

/** Of the attribute itself, or of any of its members when it is a list. */
function membership(attribute: string, values: readonly Json[]): Condition {
  const scalars = values.filter(isScalar);
  return anyOf([
    inList(attribute, "in", scalars),
    inList(attribute, "has_any", scalars),
    values.includes(null) ? missing(attribute) : never,
  ]);
}

function membershipIgnoringCase(attribute: string, values: readonly Json[]): Condition {
  const texts = values.filter((value) => typeof value === "string");
  return anyOf([
    inList(attribute, "in_ignore_case", texts),
    inList(attribute, "has_any_ignore_case", texts),
    membership(
      attribute,
      values.filter((value) => typeof value !== "string"),
    ),
  ]);
}

/** JavaScript tests the text of whatever there is, which is "null" when there is nothing. */
function textPattern(
  attribute: string,
  constant: Json,
  ignoreCase: boolean,
  path: string,
  notes: Notes,
): Condition {
  const condition = patternCondition(attribute, constant, ignoreCase, path, notes);
  const passesNull = typeof constant === "string" && testsNull(constant, ignoreCase);
  return passesNull ? anyOf([condition, missing(attribute)]) : condition;
}

function testsNull(pattern: string, ignoreCase: boolean): boolean {
  try {
    return new RegExp(pattern, ignoreCase ? "i" : "").test("null");
  } catch {
    return false;
  }
}

function versionCondition(attribute: string, order: Order | "eq", constant: Json): Condition {
  const bound = typeof constant === "string" || typeof constant === "number" ? String(constant) : "0";
  const op: Operator = `version_padded_${order}`;
  return anyOf([
    compare(attribute, op, bound),
    isTrue[order](paddedVersion("0"), paddedVersion(bound)) ? missing(attribute) : never,
  ]);
}
