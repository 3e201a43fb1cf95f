import type { Condition } from "../../../protocols/condition.ts";
import type { Json } from "../../../protocols/json.ts";
import { allOf, compare, inList, never, notOf } from "../conditions.ts";
import { type ConditionScope, isObject, isOperators } from "./scope.ts";

// Attributes that are lists.

/** More members than any context can bring. */
const lengthMax = 1_000_000_000;

/** `$size`: how long the list is, as a number or by operators on it. */
export function sizeCondition(
  attribute: string,
  constant: Json,
  path: string,
  scope: ConditionScope,
): Condition {
  if (typeof constant === "number") return lengthIn(attribute, constant, constant);
  if (isOperators(constant))
    return allOf(
      Object.entries(constant).map(([name, bound]) => {
        if (typeof bound === "number")
          switch (name) {
            case "$eq":
              return lengthIn(attribute, bound, bound);
            case "$ne":
              return allOf([
                compare(attribute, "type_is", "array"),
                notOf(lengthIn(attribute, bound, bound)),
              ]);
            case "$gt":
              return lengthIn(attribute, Math.floor(bound) + 1, lengthMax);
            case "$gte":
              return lengthIn(attribute, Math.ceil(bound), lengthMax);
            case "$lt":
              return lengthIn(attribute, 0, Math.ceil(bound) - 1);
            case "$lte":
              return lengthIn(attribute, 0, Math.floor(bound));
          }
        scope.notes.refuse(
          `${path}.${name}`,
          "of a size only numbers with $eq, $ne and the four orders are carried",
        );
        return never;
      }),
    );
  scope.notes.refuse(path, "a size is a number or operators on one");
  return never;
}

const lengthIn = (attribute: string, low: number, high: number): Condition =>
  low > high ? never : compare(attribute, "length_between", [low, high]);

/** `$elemMatch`. Members that count as false in JavaScript are passed over. */
export function someMember(
  attribute: string,
  constant: Json,
  path: string,
  scope: ConditionScope,
): Condition {
  if (!isObject(constant)) {
    scope.notes.refuse(path, "needs a condition");
    return never;
  }
  const wanted = listed(constant);
  if (wanted !== undefined) return inList(attribute, "has_any", wanted.filter(Boolean));
  const inner = { ...scope, keyAttribute: undefined };
  const condition = isOperators(constant)
    ? allOf([compare("value", "truthy", true), scope.value("value", constant, path, inner)])
    : scope.condition(constant, path, inner);
  return compare(attribute, "some", condition as unknown as Json);
}

/** The values of a lone $eq or $in, which need no question of each member. */
function listed(operators: Readonly<Record<string, Json>>): readonly Json[] | undefined {
  const [[name, value] = ["", null], ...others] = Object.entries(operators);
  if (others.length > 0) return undefined;
  const values =
    name === "$eq" ? [value] : name === "$in" && Array.isArray(value) ? (value as Json[]) : undefined;
  return values?.every((each) => typeof each !== "object") === true ? values : undefined;
}

/** `$all` and `$alli`: for each wanted value some member equals it. */
export function everyMember(
  attribute: string,
  wanted: readonly Json[],
  ignoreCase: boolean,
  path: string,
  scope: ConditionScope,
): Condition {
  if (wanted.length === 0) return compare(attribute, "type_is", "array");
  const isPlain = (value: Json): boolean =>
    typeof value === "string" &&
    (ignoreCase ||
      !(value === "true" || value === "false" || value === "null" || String(Number(value)) === value));
  const plain = wanted.filter(isPlain);
  const inner = { ...scope, keyAttribute: undefined };
  return allOf([
    ...(plain.length === 0
      ? []
      : [compare(attribute, ignoreCase ? "has_all_ignore_case" : "has_all", plain)]),
    ...wanted
      .filter((value) => !isPlain(value))
      .map((value, index) =>
        compare(
          attribute,
          "some",
          scope.value("value", value, `${path}[${index}]`, inner) as unknown as Json,
        ),
      ),
  ]);
}
