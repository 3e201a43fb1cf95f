import type { Condition } from "../../../protocols/condition.ts";
import type { Json } from "../../../protocols/json.ts";
import { allOf, always, anyOf, compare, missing, never, notOf } from "../conditions.ts";
import { keyCondition } from "./key-condition.ts";
import { operatorCondition } from "./operator.ts";
import { type ConditionScope, isObject, isOperators, type JsonObject } from "./scope.ts";

// GrowthBook's conditions: MongoDB's notation with JavaScript's comparisons. What makes them unlike ours is that an
// attribute nobody sent is null, and null is 0, "null" or "0" wherever something is converted; so where such a null
// would pass, "or it is missing" is added here.

export function conditionOf(condition: JsonObject, path: string, scope: ConditionScope): Condition {
  return allOf(
    Object.entries(condition).map(([name, value]) => partOf(name, value, `${path}.${name}`, scope)),
  );
}

function partOf(name: string, value: Json, path: string, scope: ConditionScope): Condition {
  switch (name) {
    case "$and":
      return allOf(listOf(value, path, scope));
    case "$or":
      return orOf(value, path, scope);
    case "$nor":
      return notOf(orOf(value, path, scope));
    case "$not":
      if (isObject(value)) return notOf(conditionOf(value, path, scope));
      scope.notes.refuse(path, "needs a condition");
      return never;
    default:
      return name === scope.keyAttribute
        ? keyCondition(name, value, path, scope)
        : valueCondition(name, value, path, scope);
  }
}

/** An empty $or holds for everybody. */
function orOf(value: Json, path: string, scope: ConditionScope): Condition {
  const parts = listOf(value, path, scope);
  return parts.length === 0 ? always : anyOf(parts);
}

function listOf(value: Json, path: string, scope: ConditionScope): Condition[] {
  if (Array.isArray(value))
    return value.map((each: Json, index) => {
      if (isObject(each)) return conditionOf(each, `${path}[${index}]`, scope);
      scope.notes.refuse(`${path}[${index}]`, "needs a condition");
      return never;
    });
  scope.notes.refuse(path, "needs a list of conditions");
  return [];
}

/** One attribute against a value or operators. */
export function valueCondition(
  attribute: string,
  value: Json,
  path: string,
  scope: ConditionScope,
): Condition {
  if (attribute === "" || attribute.length > 256) {
    scope.notes.refuse(path, "an attribute's name has 1 to 256 characters");
    return never;
  }
  if (isOperators(value))
    return allOf(
      Object.entries(value).map(([name, constant]) =>
        operatorCondition(attribute, name, constant, `${path}.${name}`, scope),
      ),
    );
  if (value === null) return missing(attribute);
  if (typeof value === "boolean") return compare(attribute, "truthy", value);
  if (typeof value === "number") return numberEquality(attribute, value);
  if (typeof value === "string") return textEquality(attribute, value);
  return compare(attribute, "json_eq", value);
}

/** `attribute * 1 === value`: what is missing or blank is 0. */
function numberEquality(attribute: string, value: number): Condition {
  const equal = compare(attribute, "coerced_eq", value);
  return value === 0 ? anyOf([equal, missing(attribute), compare(attribute, "eq", "")]) : equal;
}

/** `attribute + "" === value`: a number or a truth value is its text, what is missing is "null". */
function textEquality(attribute: string, value: string): Condition {
  const isOtherText = value === "true" || value === "false" || String(Number(value)) === value;
  const equal = isOtherText ? compare(attribute, "text_in", [value]) : compare(attribute, "eq", value);
  return value === "null" ? anyOf([equal, missing(attribute)]) : equal;
}
