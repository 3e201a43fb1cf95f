import type { Condition, Operator } from "../../../protocols/condition.ts";
import type { Json } from "../../../protocols/json.ts";
import { lenientVersion } from "../../../evaluation/operators/lenient-version.ts";
import { allOf, always, anyOf, compare, inList, missing, never, notOf } from "../conditions.ts";
import { type Order, orderCondition } from "../javascript-order.ts";
import type { Notes } from "../notes.ts";
import type { UnitLists } from "../unit-lists.ts";
import { operationOf } from "./definition.ts";

// JsonLogic as a condition: comparisons of one variable with constants, joined by and, or and not.

export interface FlagdScope {
  readonly notes: Notes;
  readonly lists: UnitLists;
  readonly flagKey: string;
}

/** What a variable stands for. */
export type Variable =
  | { readonly kind: "attribute"; readonly name: string }
  | { readonly kind: "key" }
  | { readonly kind: "time" }
  | { readonly kind: "constant"; readonly value: Json };

export function variableOf(logic: Json, scope: FlagdScope): Variable | undefined {
  const operation = operationOf(logic);
  if (operation === undefined)
    return typeof logic === "object" && logic !== null && !Array.isArray(logic)
      ? undefined
      : { kind: "constant", value: logic };
  const [name, [path, ...others]] = operation;
  if (name !== "var" || typeof path !== "string" || path === "" || others.length > 0) return undefined;
  if (path === "targetingKey") return { kind: "key" };
  if (path === "$flagd.flagKey") return { kind: "constant", value: scope.flagKey };
  return path === "$flagd.timestamp" ? { kind: "time" } : { kind: "attribute", name: path };
}

export function conditionOf(logic: Json, path: string, scope: FlagdScope): Condition {
  const operation = operationOf(logic);
  if (operation === undefined) return isTruthy(logic) ? always : never;
  const [name, args] = operation;
  const at = `${path}.${name}`;
  const inner = (index: number): Condition => conditionOf(args[index] ?? null, `${at}[${index}]`, scope);
  switch (name) {
    case "and":
      return allOf(args.map((_, index) => inner(index)));
    case "or":
      return anyOf(args.map((_, index) => inner(index)));
    case "!":
      return notOf(inner(0));
    case "!!":
      return inner(0);
    case "var":
      return truthCondition(logic, at, scope);
    case "==":
    case "===":
      return equality(args, name === "===", at, scope);
    case "!=":
    case "!==":
      return notOf(equality(args, name === "!==", at, scope));
    case "<":
    case "<=":
    case ">":
    case ">=":
      return ordering(args, name, at, scope);
    case "in":
      return containment(args, at, scope);
    case "starts_with":
    case "ends_with":
      return textPart(args, name, at, scope);
    case "sem_ver":
      return versionCondition(args, at, scope);
    default:
      return refused(at, `operation ${name} in a condition is not carried`, scope);
  }
}

function refused(path: string, message: string, { notes }: FlagdScope): Condition {
  notes.refuse(path, message);
  return never;
}

const isTruthy = (value: Json): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value));

/** An empty list counts as false in JsonLogic, though not in JavaScript. */
function truthCondition(logic: Json, path: string, scope: FlagdScope): Condition {
  const variable = variableOf(logic, scope);
  switch (variable?.kind) {
    case undefined:
      return refused(path, "a variable is one path, without a default", scope);
    case "constant":
      return isTruthy(variable.value) ? always : never;
    case "key":
    case "time":
      return always;
    case "attribute":
      return allOf([
        compare(variable.name, "truthy", true),
        notOf(compare(variable.name, "length_between", [0, 0])),
      ]);
  }
}

/** The attribute (or the key) and the constant, on whichever sides they are; `flipped` when the constant came first. */
function sides(
  args: readonly Json[],
  path: string,
  scope: FlagdScope,
):
  | {
      readonly variable: Exclude<Variable, { kind: "constant" }>;
      readonly constant: Json;
      readonly flipped: boolean;
    }
  | undefined {
  const [left, right] = [variableOf(args[0] ?? null, scope), variableOf(args[1] ?? null, scope)];
  if (args.length === 2 && left !== undefined && right !== undefined) {
    if (left.kind !== "constant" && right.kind === "constant")
      return { variable: left, constant: right.value, flipped: false };
    if (left.kind === "constant" && right.kind !== "constant")
      return { variable: right, constant: left.value, flipped: true };
  }
  scope.notes.refuse(path, "only one variable against one constant is carried");
  return undefined;
}

/** The name to ask; the key, where something else than equality is asked of it, must be sent as an attribute too. */
function nameOf(variable: Variable, path: string, { notes }: FlagdScope): string | undefined {
  if (variable.kind === "attribute") return variable.name;
  if (variable.kind !== "key") {
    notes.refuse(path, "the time is carried in comparisons of order only");
    return undefined;
  }
  notes.changed(
    path,
    "looks into the key itself, which Weir does not keep: clients must also send it as attribute key",
  );
  return "key";
}

/** JavaScript's `==` converts both sides to numbers when their types differ; `===` does not. */
function equality(args: readonly Json[], strict: boolean, path: string, scope: FlagdScope): Condition {
  const found = sides(args, path, scope);
  if (found === undefined) return never;
  const { variable, constant } = found;
  if (variable.kind === "key")
    return typeof constant === "string" ? scope.lists.condition([constant]) : never;
  const name = nameOf(variable, path, scope);
  if (name === undefined) return never;
  if (constant === null) return missing(name);
  if (typeof constant === "object") return never; // no two lists or objects are the same one
  const equal = compare(name, "eq", constant);
  if (strict) return equal;
  if (typeof constant !== "string") {
    const number = compare(name, "coerced_eq", Number(constant));
    return Number(constant) === 0 ? anyOf([number, compare(name, "eq", "")]) : number;
  }
  const number = Number(constant);
  if (!Number.isFinite(number)) return equal;
  const isNumber = anyOf([compare(name, "type_is", "number"), compare(name, "type_is", "boolean")]);
  return anyOf([equal, allOf([isNumber, compare(name, "coerced_eq", number)])]);
}

const orders: Readonly<Record<string, Order>> = { "<": "lt", "<=": "lte", ">": "gt", ">=": "gte" };
const flippedOrders: Readonly<Record<Order, Order>> = { lt: "gt", lte: "gte", gt: "lt", gte: "lte" };

function ordering(args: readonly Json[], sign: string, path: string, scope: FlagdScope): Condition {
  if (args.length === 3) {
    const [low = null, middle = null, high = null] = args;
    return allOf([ordering([low, middle], sign, path, scope), ordering([middle, high], sign, path, scope)]);
  }
  const found = sides(args, path, scope);
  const order = orders[sign];
  if (found === undefined || order === undefined) return never;
  const { variable, constant, flipped } = found;
  const effective = flipped ? flippedOrders[order] : order;
  if (variable.kind === "time") return timeCondition(effective, constant, path, scope);
  const name = nameOf(variable, path, scope);
  return name === undefined ? never : orderCondition(name, effective, constant, path, scope.notes);
}

/** flagd's time is in whole seconds, ours in milliseconds: a second lasts until the next. */
function timeCondition(order: Order, constant: Json, path: string, scope: FlagdScope): Condition {
  if (typeof constant !== "number")
    return refused(path, "the time is compared with a number of seconds only", scope);
  const second = Math.floor(constant);
  const next = (second + 1) * 1_000;
  const isWhole = second === constant;
  switch (order) {
    case "lt":
      return { op: "now_before", value: isWhole ? second * 1_000 : next };
    case "lte":
      return { op: "now_before", value: next };
    case "gt":
      return { op: "now_after", value: next - 1 };
    case "gte":
      return { op: "now_after", value: (isWhole ? second * 1_000 : next) - 1 };
  }
}

function containment(args: readonly Json[], path: string, scope: FlagdScope): Condition {
  const [needle = null, hay = null] = args;
  const inside = variableOf(hay, scope);
  const wanted = variableOf(needle, scope);
  if (wanted !== undefined && inside?.kind === "constant" && Array.isArray(inside.value)) {
    const list = inside.value as Json[];
    if (wanted.kind === "key") return scope.lists.condition(list.filter((each) => typeof each === "string"));
    if (wanted.kind === "attribute") {
      const scalars = list.filter((each) => typeof each !== "object");
      return anyOf([inList(wanted.name, "in", scalars), list.includes(null) ? missing(wanted.name) : never]);
    }
  }
  if (wanted?.kind === "constant" && (inside?.kind === "attribute" || inside?.kind === "key")) {
    const name = nameOf(inside, path, scope) ?? "key";
    if (typeof wanted.value === "string")
      return anyOf([compare(name, "contains", wanted.value), compare(name, "has_any", [wanted.value])]);
    if (typeof wanted.value === "number" || typeof wanted.value === "boolean")
      return compare(name, "has_any", [wanted.value]);
  }
  return refused(path, "only a variable in a constant list, or a constant in a variable, is carried", scope);
}

function textPart(
  args: readonly Json[],
  op: "starts_with" | "ends_with",
  path: string,
  scope: FlagdScope,
): Condition {
  const found = sides(args, path, scope);
  if (found === undefined) return never;
  const name = nameOf(found.variable, path, scope);
  if (name === undefined || found.flipped || typeof found.constant !== "string")
    return refused(path, `${op} asks a variable for a constant text`, scope);
  return compare(name, op, found.constant);
}

const versionOperators: Readonly<Record<string, Operator>> = {
  "=": "semver_lenient_eq",
  "<": "semver_lenient_lt",
  "<=": "semver_lenient_lte",
  ">": "semver_lenient_gt",
  ">=": "semver_lenient_gte",
};

/** What is no version compares as null there, so nothing holds of it, `!=` neither. */
function versionCondition(args: readonly Json[], path: string, scope: FlagdScope): Condition {
  const [left = null, sign, right] = args;
  const variable = variableOf(left, scope);
  const version = lenientVersion(right);
  const isText = typeof right === "string" || typeof right === "number";
  if (variable?.kind !== "attribute" || typeof sign !== "string" || !isText)
    return refused(path, "only a variable against a constant version is carried", scope);
  if (version === undefined) return never;
  const { name } = variable;
  const { major, minor } = version;
  const bound = version.version;
  const op = versionOperators[sign];
  if (op !== undefined) return compare(name, op, bound);
  if (sign === "!=") return { ...compare(name, "semver_lenient_eq", bound), negate: true };
  // Nothing is below a pre-release of 0.
  const between = (low: string, high: string): Condition =>
    allOf([compare(name, "semver_lenient_gte", `${low}-0`), compare(name, "semver_lenient_lt", `${high}-0`)]);
  if (sign === "^") return between(`${major}.0.0`, `${major + 1}.0.0`);
  if (sign === "~") return between(`${major}.${minor}.0`, `${major}.${minor + 1}.0`);
  return refused(path, `there is no comparison ${sign} of versions`, scope);
}
