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
  // What rules of other systems need beyond these, written by importers (docs/compatibility.md says by which, and why).
  // `coerced_*`: numbers, also from texts and truth values; `text_*`: attributes as text, and the order of texts.
  "coerced_eq",
  "coerced_lt",
  "coerced_lte",
  "coerced_gt",
  "coerced_gte",
  "text_in",
  "text_lt",
  "text_lte",
  "text_gt",
  "text_gte",
  "truthy",
  "in_ignore_case",
  "contains_ignore_case",
  "starts_with_ignore_case",
  "ends_with_ignore_case",
  "has_any_ignore_case",
  "has_all_ignore_case",
  "type_is",
  "length_between",
  "json_eq",
  // A leading v and missing parts are allowed; `version_padded_*` compares any text part by part.
  "semver_lenient_eq",
  "semver_lenient_lt",
  "semver_lenient_lte",
  "semver_lenient_gt",
  "semver_lenient_gte",
  "version_padded_eq",
  "version_padded_lt",
  "version_padded_lte",
  "version_padded_gt",
  "version_padded_gte",
  "some",
  "in_hash_range",
  "now_before",
  "now_after",
] as const;
export const Operator = z.enum(operators);
export type Operator = z.infer<typeof Operator>;

/**
 * One comparison. `attribute` is a dotted path into the context (`device.os`); `in_segment` (value: a segment
 * key or a list of them) and `bucket` (value: `{salt, from, to}` in 0–10 000, half-open) look at the unit and
 * leave it out, and so do `in_hash_range` (value: `{recipe, ranges: [{from, to}]}`, the place under another system's
 * hash recipe) and `now_before` and `now_after` (value: an instant; the moment of the decision). `some` (value: a
 * condition) asks the members of a list, each for its own members, or as `value` when it is no object.
 * A missing attribute or a value of the wrong type makes the comparison false, also under `negate`.
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
