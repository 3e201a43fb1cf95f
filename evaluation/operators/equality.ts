import type { Json } from "../../protocols/json.ts";
import { isNumber, isScalar, ready, refused, type Prepare, type Scalar } from "./operator.ts";

// Identity of strings, numbers and booleans. Nothing is converted: "1" is not 1, and an attribute of another type than
// the constant makes the comparison false, for neq as for eq.

const equality =
  (holds: boolean): Prepare =>
  (constant) => {
    if (!isScalar(constant)) return refused("needs a string, number or boolean");
    if (typeof constant === "string")
      return ready((value) => (typeof value === "string" ? (value === constant) === holds : undefined), {
        kind: "text",
        text: constant,
        holds,
      });
    if (typeof constant === "boolean")
      return ready((value) => (typeof value === "boolean" ? (value === constant) === holds : undefined), {
        kind: "truth",
        truth: constant,
        holds,
      });
    return ready((value) => (isNumber(value) ? (value === constant) === holds : undefined), {
      kind: "number",
      low: constant,
      high: constant,
      holds,
    });
  };

const membership =
  (holds: boolean): Prepare =>
  (constant) => {
    const members = scalarsOf(constant);
    if (members === undefined) return refused("needs a list of at least one string, number or boolean");
    const set = new Set<unknown>(members);
    const types = new Set(members.map((member) => typeof member));
    if (types.size === 1 && types.has("string"))
      return ready((value) => (typeof value === "string" ? set.has(value) === holds : undefined), {
        kind: "texts",
        texts: set,
        holds,
      });
    return ready((value) =>
      isScalar(value) && types.has(typeof value) ? set.has(value) === holds : undefined,
    );
  };

/** The list when it is one, is not empty and holds nothing but scalars. */
export function scalarsOf(constant: Json | undefined): readonly Scalar[] | undefined {
  if (!Array.isArray(constant) || constant.length === 0) return undefined;
  return constant.every(isScalar) ? constant : undefined;
}

export const equalityOperators = {
  eq: equality(true),
  neq: equality(false),
  in: membership(true),
  not_in: membership(false),
} satisfies Record<string, Prepare>;
