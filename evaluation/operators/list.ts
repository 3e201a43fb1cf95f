import { scalarsOf } from "./equality.ts";
import { ready, refused, type Prepare } from "./operator.ts";

// Attributes that are lists. Members are compared as eq does; members that are no scalars match nothing.

const list =
  (holds: (members: readonly unknown[], wanted: ReadonlySet<unknown>) => boolean): Prepare =>
  (constant) => {
    const scalars = scalarsOf(constant);
    if (scalars === undefined) return refused("needs a list of at least one string, number or boolean");
    const wanted = new Set<unknown>(scalars);
    return ready((value) => {
      try {
        return Array.isArray(value) ? holds(value, wanted) : undefined;
      } catch {
        return undefined; // a revoked proxy or a throwing getter, in a process that hands us live objects
      }
    });
  };

// The list may be long, so it is walked and not copied; `wanted` is as long as an author makes it.

function hasAny(members: readonly unknown[], wanted: ReadonlySet<unknown>): boolean {
  for (let index = 0; index < members.length; index++) if (wanted.has(members[index])) return true;
  return false;
}

function hasAll(members: readonly unknown[], wanted: ReadonlySet<unknown>): boolean {
  const missing = new Set(wanted);
  for (let index = 0; index < members.length && missing.size > 0; index++) missing.delete(members[index]);
  return missing.size === 0;
}

export const listOperators = {
  has_any: list(hasAny),
  has_all: list(hasAll),
} satisfies Record<string, Prepare>;
