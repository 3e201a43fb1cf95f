import type { Condition } from "../../../protocols/condition.ts";
import type { Json } from "../../../protocols/json.ts";
import { allOf, always, never, notOf } from "../conditions.ts";
import { type ConditionScope, groupOf, isOperators } from "./scope.ts";

/**
 * Conditions on the attribute that is Weir's targeting key. Evaluators see its pseudonym only, so equality and lists
 * become segments of pseudonyms. Numbers are taken as their texts, since a targeting key is a text.
 */
export function keyCondition(attribute: string, value: Json, path: string, scope: ConditionScope): Condition {
  if (!isOperators(value)) {
    if (value === null) return never;
    return typeof value === "string" || typeof value === "number"
      ? scope.lists.condition([String(value)])
      : asAttribute(attribute, value, path, scope);
  }
  return allOf(
    Object.entries(value).map(([name, constant]) => operatorOnKey(attribute, name, constant, path, scope)),
  );
}

function operatorOnKey(
  attribute: string,
  name: string,
  constant: Json,
  path: string,
  scope: ConditionScope,
): Condition {
  const list = (values: readonly Json[]): Condition => scope.lists.condition(textsOf(values));
  switch (name) {
    case "$eq":
      return list([constant]);
    case "$ne":
      return notOf(list([constant]));
    case "$in":
      return Array.isArray(constant) ? list(constant) : never;
    case "$nin":
      return Array.isArray(constant) ? notOf(list(constant)) : never;
    case "$inGroup":
      return list(groupOf(constant, scope));
    case "$notInGroup":
      return notOf(list(groupOf(constant, scope)));
    case "$exists":
      return constant === false ? never : always;
    case "$not":
      return notOf(keyCondition(attribute, constant, `${path}.${name}`, scope));
    default:
      return asAttribute(attribute, { [name]: constant }, path, scope);
  }
}

const textsOf = (values: readonly Json[]): string[] =>
  values.filter((value) => typeof value === "string" || typeof value === "number").map(String);

function asAttribute(attribute: string, value: Json, path: string, scope: ConditionScope): Condition {
  scope.notes.changed(
    path,
    `looks into the key itself, which Weir does not keep: clients must also send it as attribute ${attribute}`,
  );
  return scope.value(attribute, value, path, scope);
}
