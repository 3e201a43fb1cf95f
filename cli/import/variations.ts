import type { FlagType, Variation } from "../../protocols/flag.ts";
import { canonicalJson, type Json } from "../../protocols/json.ts";
import { partKeys } from "./keys.ts";

/** A flag's values with the keys of their variations. */
export interface Variations {
  readonly type: FlagType;
  readonly list: readonly Variation[];
  readonly keyOf: (value: Json) => string;
  /** Keys for the arms of one split, each its own, also when two arms give the same value. */
  readonly keysOf: (values: readonly Json[]) => readonly string[];
}

/** Longer texts are no names. */
const nameLengthMax = 40;

/** Of every value once, and as often as it occurs among the arms of one split. */
export function variationsOf(
  values: readonly Json[],
  splits: readonly (readonly Json[])[] = [],
  nameOf: (value: Json) => string = plainName,
): Variations {
  const counts = new Map(values.map((value) => [canonicalJson(value), { value, count: 1 }]));
  for (const split of splits) {
    const here = new Map<string, number>();
    for (const value of split) {
      const text = canonicalJson(value);
      const count = (here.get(text) ?? 0) + 1;
      here.set(text, count);
      counts.set(text, { value, count: Math.max(count, counts.get(text)?.count ?? 0) });
    }
  }
  const entries = [...counts].flatMap(([text, { value, count }]) =>
    Array.from({ length: count }, () => ({ text, value })),
  );
  const keys = partKeys(
    entries.map(({ value }) => nameOf(value)),
    "value",
  );
  const list = entries.map(({ value }, index) => ({ key: keys[index] as string, value }));
  const keysOfText = (text: string): string[] => keys.filter((_, index) => entries[index]?.text === text);
  return {
    type: typeOf(entries.map(({ value }) => value)),
    list,
    keyOf: (value) => keysOfText(canonicalJson(value))[0] ?? "",
    keysOf(arms) {
      const used = new Map<string, number>();
      return arms.map((value) => {
        const text = canonicalJson(value);
        const place = used.get(text) ?? 0;
        used.set(text, place + 1);
        return keysOfText(text)[place] ?? "";
      });
    },
  };
}

/** A type only when every value is of it: a null among texts makes it a flag of JSON values. */
export function typeOf(values: readonly Json[]): FlagType {
  for (const type of ["boolean", "string", "number"] as const)
    if (values.length > 0 && values.every((value) => typeof value === type)) return type;
  return "json";
}

function plainName(value: Json): string {
  if (value === true) return "on";
  if (value === false) return "off";
  if (value === null) return "none";
  const text = typeof value === "object" ? "" : String(value);
  return text.length <= nameLengthMax ? text.replace(/^-/, "minus-") : "";
}
