import type { Comparison, Condition } from "../protocols/condition.ts";
import type { EvaluationContext } from "../protocols/decision.ts";
import type { UnitId } from "../protocols/ids.ts";
import type { Json } from "../protocols/json.ts";
import type { Plan } from "../protocols/plan.ts";
import { conditionDepthMax } from "./bounds.ts";
import { oneOf, type Chance } from "./chance.ts";
import { instantOf } from "../protocols/constants/instant.ts";

// Contexts that a plan can tell apart. Nobody's attributes are kept, so they are made of the constants that the plan's
// conditions mention: each value that is compared with, one beside it, and none at all. Half of them are aimed: made to
// fit one of the conditions, which chance alone would seldom do when it has several parts.

interface Mentioned {
  /** Values by attribute path. */
  readonly values: Map<string, Set<Json>>;
  readonly conditions: Condition[];
  readonly units: UnitId[];
}

/** Values that are kept of one attribute, and units of one list: enough to choose from. */
const keptMax = 200;
/** Conditions that contexts are aimed at. */
const conditionsMax = 2_000;

/** What the plans mention, as a source of contexts. */
export function contextSource(plans: readonly Plan[], now: number): (chance: Chance) => EvaluationContext {
  const mentioned: Mentioned = { values: new Map(), conditions: [], units: [] };
  for (const plan of plans) mention(plan, mentioned);
  const names = [...mentioned.values.keys()];
  const choices = new Map([...mentioned.values].map(([name, values]) => [name, [...values]]));
  return (chance) => {
    const attributes: Record<string, unknown> = {};
    for (const name of names) {
      // One in five is missing, as in real contexts.
      const value = chance.fraction() < 0.2 ? undefined : oneOf(choices.get(name) ?? [], chance);
      if (value !== undefined) put(attributes, name, value);
    }
    const aim = chance.fraction() < 0.5 ? oneOf(mentioned.conditions, chance) : undefined;
    if (aim !== undefined) fit(aim, attributes, chance);
    const listed = chance.fraction() < 0.1 ? oneOf(mentioned.units, chance) : undefined;
    return {
      unitId: listed ?? unitOf(chance),
      attributes,
      key: `key-${Math.floor(chance.fraction() * 2 ** 32)}`,
      now,
    };
  };
}

function mention(plan: Plan, mentioned: Mentioned): void {
  const walk = (condition: Condition): void => mentionIn(condition, mentioned, 0);
  const root = (condition: Condition): void => {
    if (mentioned.conditions.length < conditionsMax) mentioned.conditions.push(condition);
    walk(condition);
  };
  for (const flag of Object.values(plan.flags)) for (const { when } of flag.rules) root(when);
  for (const { targeting } of Object.values(plan.experiments)) if (targeting !== undefined) root(targeting);
  for (const { rules, included, excluded } of Object.values(plan.segments)) {
    rules.forEach(root);
    mentioned.units.push(...included.slice(0, keptMax), ...excluded.slice(0, keptMax));
  }
  for (const { unit } of Object.values(plan.overrides ?? {}).slice(0, keptMax)) mentioned.units.push(unit);
}

function mentionIn(condition: Condition, mentioned: Mentioned, depth: number): void {
  if (depth > conditionDepthMax) return;
  if ("all" in condition) for (const part of condition.all) mentionIn(part, mentioned, depth + 1);
  else if ("any" in condition) for (const part of condition.any) mentionIn(part, mentioned, depth + 1);
  else if ("not" in condition) mentionIn(condition.not, mentioned, depth + 1);
  else {
    const { attribute } = condition;
    if (attribute === undefined) return;
    const values = mentioned.values.get(attribute) ?? new Set<Json>();
    mentioned.values.set(attribute, values);
    for (const value of valuesFor(condition)) if (values.size < keptMax) values.add(value);
  }
}

/** Values on both sides of what a comparison asks, the fitting one first. */
function valuesFor({ op, value }: Comparison): readonly Json[] {
  const list = Array.isArray(value) ? value : [];
  switch (op) {
    case "exists":
      return ["present"];
    case "lt":
      return typeof value === "number" ? [value - 1, value] : [];
    case "gt":
      return typeof value === "number" ? [value + 1, value] : [];
    case "between":
      return typeof list[0] === "number" ? [list[0], list[0] - 1] : [];
    case "before":
    case "after": {
      const instant = instantOf(value) ?? 0;
      return op === "before" ? [instant - 1, instant + 1] : [instant + 1, instant - 1];
    }
    case "in_cidr": {
      const [network] = typeof value === "string" ? [value] : list;
      return typeof network === "string" ? [network.split("/")[0] ?? "", "203.0.113.1"] : [];
    }
    case "in":
    case "not_in":
      return [...list, "something else"];
    case "has_any":
    case "has_all":
      return [list, []];
    case "semver_range":
    case "semver_gt":
      return ["999.0.0", "0.0.1"];
    case "semver_lt":
      return ["0.0.0", typeof value === "string" ? value : "1.0.0"];
    default:
      return value === undefined || value === null ? [] : [value, "something else"];
  }
}

/** Puts what the condition asks for into the attributes, as far as one value for each comparison can. */
function fit(condition: Condition, attributes: Record<string, unknown>, chance: Chance, depth = 0): void {
  if (depth > conditionDepthMax) return;
  if ("all" in condition) for (const part of condition.all) fit(part, attributes, chance, depth + 1);
  else if ("any" in condition) {
    const part = oneOf(condition.any, chance);
    if (part !== undefined) fit(part, attributes, chance, depth + 1);
  } else if (!("not" in condition) && condition.attribute !== undefined) {
    const values = valuesFor(condition);
    const isList = condition.op === "in";
    const value = isList ? oneOf(values.slice(0, -1), chance) : values[condition.negate === true ? 1 : 0];
    if (value !== undefined) put(attributes, condition.attribute, value);
  }
}

/** Under its full name: the name that wins over the path. */
function put(attributes: Record<string, unknown>, name: string, value: Json): void {
  Object.defineProperty(attributes, name, { value, enumerable: true, writable: true, configurable: true });
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

function unitOf(chance: Chance): UnitId {
  let text = "";
  while (text.length < 21) {
    let bits = Math.floor(chance.fraction() * 2 ** 30);
    for (let index = 0; index < 5 && text.length < 21; index++, bits >>>= 6)
      text += alphabet.charAt(bits & 63);
  }
  return `${text}A` as UnitId;
}
