import { assert } from "../../protocols/assert.ts";
import type { Comparison, Condition } from "../../protocols/condition.ts";
import type { Json } from "../../protocols/json.ts";
import type { Binder } from "./binder.ts";
import { instantTest } from "./filter/instants.ts";
import { listTest } from "./filter/lists.ts";
import { networkTest } from "./filter/networks.ts";
import { patternTest } from "./filter/patterns.ts";
import type { Test } from "./filter/test.ts";
import { rangeTest, versionTest } from "./filter/versions.ts";
import { propertySql, type PropertySql } from "./property.ts";

// A metric's filter in SQL. It decides as evaluation/ does: nothing is converted, and a comparison with what is missing
// or of another type is false, also under `negate` (docs/pipeline.md, R13).

export function filterSql(condition: Condition, metadata: string, binder: Binder): string {
  const inner = (each: Condition): string => filterSql(each, metadata, binder);
  if ("all" in condition) return group(condition.all.map(inner), "AND", "true");
  if ("any" in condition) return group(condition.any.map(inner), "OR", "false");
  if ("not" in condition) return `NOT ${inner(condition.not)}`;
  const { attribute, negate } = condition;
  assert(attribute !== undefined, "a filter's comparison names a property");
  const test = testOf(condition, propertySql(attribute, metadata, binder), binder);
  const decided = `(${test.isFit} AND ${negate === true ? "NOT " : ""}(${test.holds}))`;
  // A list of one and a lambda over it: SQL's only name for a value within an expression.
  return (test.names ?? []).reduceRight(
    (inner, [name, sql]) => `arrayExists(${name} -> ${inner}, [${sql}])`,
    decided,
  );
}

const group = (parts: readonly string[], by: string, empty: string): string =>
  parts.length === 0 ? empty : `(${parts.join(` ${by} `)})`;

function testOf({ op, value }: Comparison, property: PropertySql, binder: Binder): Test {
  const { isNumber, isText, number, text } = property;
  const ofText = (holds: (part: string) => string): Test => ({
    isFit: isText,
    holds: holds(binder.bind(value as string, "String")),
  });
  const ofNumber = (sign: string): Test => ({
    isFit: isNumber,
    holds: `${number} ${sign} ${binder.bind(value as number, "Float64")}`,
  });
  switch (op) {
    case "eq":
    case "in":
      return membership(Array.isArray(value) ? value : [value ?? null], property, binder);
    case "neq":
    case "not_in": {
      const { isFit, holds } = membership(Array.isArray(value) ? value : [value ?? null], property, binder);
      return { isFit, holds: `NOT (${holds})` };
    }
    case "lt":
      return ofNumber("<");
    case "lte":
      return ofNumber("<=");
    case "gt":
      return ofNumber(">");
    case "gte":
      return ofNumber(">=");
    case "between": {
      const [low, high] = value as readonly [number, number];
      const from = binder.bind(low, "Float64");
      const to = binder.bind(high, "Float64");
      return { isFit: isNumber, holds: `${number} >= ${from} AND ${number} <= ${to}` };
    }
    case "contains":
      return ofText((part) => `position(${text}, ${part}) > 0`);
    case "not_contains":
      return ofText((part) => `position(${text}, ${part}) = 0`);
    case "starts_with":
      return ofText((part) => `startsWith(${text}, ${part})`);
    case "ends_with":
      return ofText((part) => `endsWith(${text}, ${part})`);
    case "matches":
      return patternTest(value as string, property, binder);
    case "semver_eq":
    case "semver_lt":
    case "semver_lte":
    case "semver_gt":
    case "semver_gte":
      return versionTest(op, value as string, property, binder);
    case "semver_range":
      return rangeTest(value as string, property, binder);
    case "before":
    case "after":
      return instantTest(op, value as string | number, property, binder);
    case "in_cidr":
      return networkTest(value as string | readonly string[], property, binder);
    case "has_any":
    case "has_all":
      return listTest(op, value as readonly Json[], property, binder);
    case "exists":
      return { isFit: "true", holds: value === false ? `NOT (${property.isThere})` : property.isThere };
    default:
      assert(false, `${op} is none of the operators of metric filters`);
  }
}

/** Of texts, numbers and truth values side by side: only those of the property's own type are compared with it. */
function membership(members: readonly Json[], property: PropertySql, binder: Binder): Test {
  const of = (type: string): Json[] => members.filter((member) => typeof member === type);
  const [texts, numbers, truths] = [of("string"), of("number"), of("boolean")];
  const fits: string[] = [];
  const finds: string[] = [];
  const add = (isFit: string, found: string): void => {
    fits.push(isFit);
    finds.push(`(${isFit} AND ${found})`);
  };
  const among = (value: string, list: readonly Json[], type: string): string =>
    list.length === 1
      ? `${value} = ${binder.bind(list[0] as string | number, type)}`
      : `has(${binder.bind(list as readonly string[], `Array(${type})`)}, ${value})`;
  if (texts.length > 0) add(property.isText, among(property.text, texts, "String"));
  if (numbers.length > 0) add(property.isNumber, among(property.number, numbers, "Float64"));
  if (truths.length > 0)
    add(property.isTruth, `${property.truth} IN (${truths.map((truth) => Number(truth)).join(", ")})`);
  return { isFit: `(${fits.join(" OR ")})`, holds: finds.join(" OR ") };
}
