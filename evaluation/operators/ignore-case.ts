import type { Json } from "../../protocols/json.ts";
import { ready, refused, type Prepare } from "./operator.ts";

// Texts compared after both were put into lower case, by Unicode's rules without a language's own.

const folded = (value: unknown): string | undefined =>
  typeof value === "string" ? value.toLowerCase() : undefined;

function textsOf(constant: Json | undefined): readonly string[] | undefined {
  if (!Array.isArray(constant) || constant.length === 0) return undefined;
  return constant.every((each) => typeof each === "string")
    ? constant.map((each) => each.toLowerCase())
    : undefined;
}

const part =
  (holds: (value: string, part: string) => boolean): Prepare =>
  (constant) => {
    const wanted = folded(constant);
    if (wanted === undefined) return refused("needs a string");
    return ready((value) => {
      const text = folded(value);
      return text === undefined ? undefined : holds(text, wanted);
    });
  };

const membership: Prepare = (constant) => {
  const members = textsOf(constant);
  if (members === undefined) return refused("needs a list of at least one string");
  const set = new Set(members);
  return ready((value) => {
    const text = folded(value);
    return text === undefined ? undefined : set.has(text);
  });
};

const list =
  (holds: (members: ReadonlySet<unknown>, wanted: readonly string[]) => boolean): Prepare =>
  (constant) => {
    const wanted = textsOf(constant);
    if (wanted === undefined) return refused("needs a list of at least one string");
    return ready((value) => {
      try {
        return Array.isArray(value) ? holds(new Set(value.map(folded)), wanted) : undefined;
      } catch {
        return undefined; // a revoked proxy or a throwing getter, in a process that hands us live objects
      }
    });
  };

export const ignoreCaseOperators = {
  in_ignore_case: membership,
  contains_ignore_case: part((value, wanted) => value.includes(wanted)),
  starts_with_ignore_case: part((value, wanted) => value.startsWith(wanted)),
  ends_with_ignore_case: part((value, wanted) => value.endsWith(wanted)),
  has_any_ignore_case: list((members, wanted) => wanted.some((each) => members.has(each))),
  has_all_ignore_case: list((members, wanted) => wanted.every((each) => members.has(each))),
} satisfies Record<string, Prepare>;
