import { z } from "zod";
import { Json } from "./json.ts";

export const operators = [
  "eq",
  "neq",
  "in",
  "not_in",
  "lt",
  "lte",
  "gt",
  "gte",
  "between",
  "contains",
  "not_contains",
  "starts_with",
  "ends_with",
  "matches",
  "exists",
  "semver_eq",
  "semver_lt",
  "semver_lte",
  "semver_gt",
  "semver_gte",
  "semver_range",
  "before",
  "after",
  "in_cidr",
  "in_segment",
  "has_any",
  "has_all",
  "bucket",
] as const;
export const Operator = z.enum(operators);
export type Operator = z.infer<typeof Operator>;

/**
 * One comparison. `attribute` is a dotted path into the context (`device.os`); `in_segment` (value: a segment
 * key or a list of them) and `bucket` (value: `{salt, from, to}` in 0–10 000, half-open) look at the unit and
 * leave it out. A missing attribute or a value of the wrong type makes the comparison false, also under `negate`.
 */
export const Comparison = z.strictObject({
  attribute: z.string().max(256).optional(),
  op: Operator,
  value: Json.optional(),
  negate: z.boolean().optional(),
});
export type Comparison = z.infer<typeof Comparison>;

export type Condition =
  | Comparison
  | { all: readonly Condition[] }
  | { any: readonly Condition[] }
  | { not: Condition };

export const Condition: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    Comparison,
    z.strictObject({ all: z.array(Condition) }),
    z.strictObject({ any: z.array(Condition) }),
    z.strictObject({ not: Condition }),
  ]),
) as z.ZodType<Condition>;

/** Holds for everybody. */
export const always: Condition = { all: [] };
