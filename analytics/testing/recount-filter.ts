import type { Condition } from "../../protocols/condition.ts";
import type { EventSource } from "../../protocols/event-source.ts";
import type { Json } from "../../protocols/json.ts";
import type { MetricRecord } from "../../protocols/log-record.ts";
import { recountOperators } from "./recount-operators.ts";

// R13 and R14 of docs/pipeline.md, in the plainest way.

type Members = Readonly<Record<string, Json>>;

/** What the event is worth to the source; undefined when it is not one of its events. */
export function valueIn(
  { event, filter, value: path }: EventSource,
  record: MetricRecord,
): number | undefined {
  if (record.name !== event) return undefined;
  const properties = record.metadata ?? {};
  if (filter !== undefined && !holds(filter, properties)) return undefined;
  if (path === undefined) return record.value;
  const found = member(properties, path);
  return typeof found === "number" && found >= -1e50 && found <= 1e50 ? found : undefined;
}

function member(properties: Members, path: string): Json | undefined {
  const own = (of: Json | undefined, name: string): Json | undefined =>
    typeof of === "object" && of !== null && !Array.isArray(of) && Object.hasOwn(of, name)
      ? (of as Members)[name]
      : undefined;
  const exact = own(properties, path);
  return exact !== undefined ? exact : path.split(".").reduce<Json | undefined>(own, properties);
}

function holds(condition: Condition, properties: Members): boolean {
  if ("all" in condition) return condition.all.every((each) => holds(each, properties));
  if ("any" in condition) return condition.any.some((each) => holds(each, properties));
  if ("not" in condition) return !holds(condition.not, properties);
  const { attribute = "", op, value: constant, negate } = condition;
  const answer = compared(op, member(properties, attribute) ?? null, constant ?? null);
  return answer !== undefined && answer !== (negate === true);
}

/** Undefined: the property is missing, or of a type that is not compared with this. */
function compared(op: string, property: Json, constant: Json): boolean | undefined {
  const type = typeof property;
  const list = (Array.isArray(constant) ? constant : [constant]) as readonly Json[];
  const [low, high] = list;
  const own = recountOperators[op];
  if (own !== undefined) return own(property, constant);
  if (op === "exists") return (property !== null) === (constant ?? true);
  if (["eq", "in", "neq", "not_in"].includes(op)) {
    if (!["string", "number", "boolean"].includes(type) || !list.some((each) => typeof each === type))
      return undefined;
    return list.includes(property) === (op === "eq" || op === "in");
  }
  if (typeof property === "number" && typeof low === "number") {
    if (op === "lt") return property < low;
    if (op === "lte") return property <= low;
    if (op === "gt") return property > low;
    if (op === "gte") return property >= low;
    return property >= low && property <= (high as number);
  }
  if (typeof property === "string" && typeof constant === "string") {
    if (op === "contains") return property.includes(constant);
    if (op === "not_contains") return !property.includes(constant);
    if (op === "starts_with") return property.startsWith(constant);
    if (op === "ends_with") return property.endsWith(constant);
  }
  return undefined;
}
