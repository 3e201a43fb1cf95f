import type { Condition } from "../../../protocols/condition.ts";
import type { Json } from "../../../protocols/json.ts";
import type { Notes } from "../notes.ts";
import type { UnitLists } from "../unit-lists.ts";

/** What a translation needs around it. */
export interface ConditionScope {
  readonly notes: Notes;
  readonly lists: UnitLists;
  /** The attribute that is Weir's targeting key. Undefined inside a list's members. */
  readonly keyAttribute: string | undefined;
  readonly groups: Readonly<Record<string, readonly Json[]>>;
  /** The two translators that the parts of a condition come back to (condition.ts). */
  readonly condition: (condition: JsonObject, path: string, scope: ConditionScope) => Condition;
  readonly value: (attribute: string, value: Json, path: string, scope: ConditionScope) => Condition;
}

export type JsonObject = Readonly<Record<string, Json>>;

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Operators only, as in `{$gt: 5}`; anything else is a value to be equal to. */
export function isOperators(value: Json): value is JsonObject {
  if (!isObject(value)) return false;
  const names = Object.keys(value);
  return names.length > 0 && names.every((name) => name.startsWith("$"));
}

/** The members of a saved group; of one that is not in the file there are none, as there. */
export const groupOf = (name: Json, { groups }: ConditionScope): readonly Json[] =>
  (typeof name === "string" ? groups[name] : undefined) ?? [];
