import { scalarsOf } from "./equality.ts";
import { ready, refused, type Prepare, type Scalar } from "./operator.ts";

// Attributes that are lists. Members are compared as eq does; members that are no scalars match nothing.

const list =
  (holds: (members: ReadonlySet<unknown>, wanted: readonly Scalar[]) => boolean): Prepare =>
  (constant) => {
    const wanted = scalarsOf(constant);
    if (wanted === undefined) return refused("needs a list of at least one string, number or boolean");
    return ready((value) => {
      try {
        return Array.isArray(value) ? holds(new Set<unknown>(value), wanted) : undefined;
      } catch {
        return undefined; // a revoked proxy or a throwing getter, in a process that hands us live objects
      }
    });
  };

export const listOperators = {
  has_any: list((members, wanted) => wanted.some((each) => members.has(each))),
  has_all: list((members, wanted) => wanted.every((each) => members.has(each))),
} satisfies Record<string, Prepare>;
