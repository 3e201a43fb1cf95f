import type { Condition } from "../protocols/condition.ts";
import { conditionDepthMax } from "./bounds.ts";
import { segmentKeysOf } from "./unit-conditions.ts";

/** Every segment a condition names, as often as it names it. */
export function segmentsIn(condition: Condition, depth = 0): string[] {
  if (depth > conditionDepthMax) return [];
  if ("all" in condition) return condition.all.flatMap((inner) => segmentsIn(inner, depth + 1));
  if ("any" in condition) return condition.any.flatMap((inner) => segmentsIn(inner, depth + 1));
  if ("not" in condition) return segmentsIn(condition.not, depth + 1);
  return condition.op === "in_segment" ? [...(segmentKeysOf(condition.value) ?? [])] : [];
}
