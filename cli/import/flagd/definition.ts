import { z } from "zod";
import { Json } from "../../../protocols/json.ts";

// flagd's flag definitions: `{flags, $evaluators}`. Targeting is JsonLogic.

export const FlagdFlag = z.looseObject({
  state: z.enum(["ENABLED", "DISABLED"]),
  variants: z.record(z.string(), Json),
  defaultVariant: z.string().nullish(),
  targeting: Json.optional(),
});
export type FlagdFlag = z.infer<typeof FlagdFlag>;

export const Definition = z.looseObject({
  flags: z.record(z.string(), FlagdFlag),
  $evaluators: z.record(z.string(), Json).optional(),
});

export type JsonObject = Readonly<Record<string, Json>>;

/** An operation: an object with one member. */
export function operationOf(logic: Json): readonly [name: string, args: readonly Json[]] | undefined {
  if (typeof logic !== "object" || logic === null || Array.isArray(logic)) return undefined;
  const [entry, ...others] = Object.entries(logic);
  if (entry === undefined || others.length > 0) return undefined;
  const [name, args] = entry;
  return [name, Array.isArray(args) ? (args as Json[]) : [args as Json]];
}

const referencesMax = 32;

/** The logic with every `{"$ref": name}` in it replaced by the evaluator of that name. Undefined when one is missing or circular. */
export function resolved(logic: Json, evaluators: JsonObject, depth = 0): Json | undefined {
  if (depth > referencesMax) return undefined;
  if (typeof logic !== "object" || logic === null) return logic;
  const members: readonly (readonly [string, Json])[] = Object.entries(logic);
  const [first] = members;
  if (first?.[0] === "$ref" && members.length === 1) {
    const target = typeof first[1] === "string" ? evaluators[first[1]] : undefined;
    return target === undefined ? undefined : resolved(target, evaluators, depth + 1);
  }
  const parts = members.map(([name, value]) => [name, resolved(value, evaluators, depth + 1)] as const);
  if (parts.some(([, value]) => value === undefined)) return undefined;
  const values = parts.map(([name, value]) => [name, value as Json] as const);
  return Array.isArray(logic) ? values.map(([, value]) => value) : Object.fromEntries(values);
}
