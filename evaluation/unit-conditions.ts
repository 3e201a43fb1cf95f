import type { Json } from "../protocols/json.ts";
import { bucketCount } from "./bucket.ts";

// The constants of the two operators that look at the unit.

/** The segments an `in_segment` names; undefined when its value is neither a key nor a list of keys. */
export function segmentKeysOf(constant: Json | undefined): readonly string[] | undefined {
  const keys: readonly Json[] = Array.isArray(constant) ? constant : constant === undefined ? [] : [constant];
  return keys.length > 0 && keys.every((key) => typeof key === "string") ? keys : undefined;
}

export interface BucketRange {
  readonly salt: string;
  /** Half-open: from ≤ bucket < to. */
  readonly from: number;
  readonly to: number;
}

export function bucketRangeOf(constant: Json | undefined): BucketRange | undefined {
  if (typeof constant !== "object" || constant === null || Array.isArray(constant)) return undefined;
  const { salt, from, to, ...others } = constant as Readonly<Record<string, Json>>;
  if (typeof salt !== "string" || salt === "" || Object.keys(others).length > 0) return undefined;
  if (!isBound(from) || !isBound(to) || from > to) return undefined;
  return { salt, from, to };
}

const isBound = (value: Json | undefined): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= bucketCount;
