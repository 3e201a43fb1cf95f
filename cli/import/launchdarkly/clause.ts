import type { Condition, Operator } from "../../../protocols/condition.ts";
import type { Json } from "../../../protocols/json.ts";
import { instantOf } from "../../../protocols/constants/instant.ts";
import { lenientVersion } from "../../../evaluation/operators/lenient-version.ts";
import { allOf, anyOf, compare, inList, never, notOf } from "../conditions.ts";
import type { Notes } from "../notes.ts";
import { patternCondition } from "../pattern.ts";
import type { UnitLists } from "../unit-lists.ts";
import type { Clause } from "./data.ts";

export interface LdScope {
  readonly notes: Notes;
  readonly lists: UnitLists;
  /** Weir's keys of the segments that are carried; undefined for one that is not in the file. */
  segmentKey(key: string): string | undefined;
}

/** Where an attribute of a context is in Weir's. Undefined: it is the targeting key itself. */
export function attributeOf(
  attribute: string,
  contextKind: string | undefined,
  path: string,
  { notes }: LdScope,
): string | undefined {
  const isReference = contextKind !== undefined && attribute.startsWith("/");
  const name = isReference
    ? attribute
        .slice(1)
        .split("/")
        .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
        .join(".")
    : attribute;
  const kind = contextKind ?? "user";
  if (kind === "user") return name === "key" ? undefined : name;
  notes.changed(path, `contexts of kind ${kind} are read from attribute ${kind}: clients must send it`);
  return `${kind}.${name}`;
}

/** One of the values fits the attribute, or one of its members when it is a list. Nothing fits an attribute nobody sent. */
export function clauseCondition(clause: Clause, path: string, scope: LdScope): Condition {
  const { op, values, negate = false } = clause;
  if (op === "segmentMatch") {
    const keys = values
      .map((value) => (typeof value === "string" ? scope.segmentKey(value) : undefined))
      .filter((key) => key !== undefined);
    const inside: Condition = keys.length === 0 ? never : { op: "in_segment", value: keys };
    return negate ? notOf(inside) : inside;
  }
  const attribute = attributeOf(clause.attribute ?? "", clause.contextKind, path, scope);
  if (attribute === undefined && op === "in") {
    const inside = scope.lists.condition(values.filter((value) => typeof value === "string"));
    return negate ? notOf(inside) : inside;
  }
  if (attribute === undefined)
    scope.notes.changed(
      path,
      "looks into the key itself, which Weir does not keep: clients must also send it as attribute key",
    );
  if (attribute === "kind")
    scope.notes.changed(path, "asks for the kind of context: clients must send it as attribute kind");
  const name = attribute ?? "key";
  const fits =
    op === "in"
      ? listed(name, values, path, scope)
      : anyOf([
          ...values.map((value) => comparison(name, op, value, path, scope)),
          inMembers(name, op, values, path, scope),
        ]);
  return negate ? allOf([compare(name, "exists"), notOf(fits)]) : fits;
}

function listed(attribute: string, values: readonly Json[], path: string, { notes }: LdScope): Condition {
  if (values.some((value) => typeof value === "object")) {
    notes.refuse(path, "equality of lists and objects is not carried");
    return never;
  }
  return anyOf([inList(attribute, "in", values), inList(attribute, "has_any", values)]);
}

function inMembers(
  attribute: string,
  op: string,
  values: readonly Json[],
  path: string,
  scope: LdScope,
): Condition {
  const each = anyOf(values.map((value) => comparison("value", op, value, path, scope)));
  return each === never ? never : compare(attribute, "some", each as unknown as Json);
}

const versionOperators: Readonly<Record<string, Operator>> = {
  semVerEqual: "semver_lenient_eq",
  semVerLessThan: "semver_lenient_lt",
  semVerGreaterThan: "semver_lenient_gt",
};
const textOperators: Readonly<Record<string, Operator>> = {
  startsWith: "starts_with",
  endsWith: "ends_with",
  contains: "contains",
};
const numberOperators: Readonly<Record<string, Operator>> = {
  lessThan: "lt",
  lessThanOrEqual: "lte",
  greaterThan: "gt",
  greaterThanOrEqual: "gte",
};

/** One value against one thing; a value of the wrong type never fits. */
function comparison(attribute: string, op: string, value: Json, path: string, { notes }: LdScope): Condition {
  const text = textOperators[op];
  if (text !== undefined) return typeof value === "string" ? compare(attribute, text, value) : never;
  const number = numberOperators[op];
  if (number !== undefined) return typeof value === "number" ? compare(attribute, number, value) : never;
  if (op === "matches")
    return typeof value === "string" ? patternCondition(attribute, value, false, path, notes) : never;
  if (op === "before" || op === "after")
    return instantOf(value) === undefined ? never : compare(attribute, op, value);
  const version = versionOperators[op];
  if (version !== undefined) {
    // Missing parts are zeros there, but a leading v is no version.
    const isVersion = typeof value === "string" && /^\d/.test(value) && lenientVersion(value) !== undefined;
    return isVersion
      ? allOf([compare(attribute, "matches", "^[0-9]"), compare(attribute, version, value)])
      : never;
  }
  notes.changed(path, `LaunchDarkly's clients know no operator ${op}, so it never fits, as there`);
  return never;
}
