import type { Comparison } from "../protocols/condition.ts";
import { attributeReader } from "./attribute.ts";
import { holds, type Check, type Matcher } from "./check.ts";
import { elementConditionOf, elementContext } from "./element-condition.ts";
import { placeOf } from "./hash-profiles/place.ts";
import { hashRangesOf } from "./hash-profiles/recipe.ts";
import { instantOf } from "../protocols/constants/instant.ts";
import type { Condition } from "../protocols/condition.ts";

// Comparisons that look at the clock, at another system's hash, or inside a list. Rare, so they are closures.

type MakeCheck = (condition: Condition) => Check | undefined;

/** Undefined when the operator is none of these, or its constant does not fit. */
export function otherMatcher(comparison: Comparison, checkOf: MakeCheck): Matcher | undefined {
  switch (comparison.op as string) {
    case "in_hash_range":
      return hashMatcher(comparison);
    case "now_before":
    case "now_after":
      return clockMatcher(comparison);
    case "some":
      return someMatcher(comparison, checkOf);
    default:
      return undefined;
  }
}

/** A unit without anything to hash is in no range, and under `negate` neither out of one. */
function hashMatcher({ value, negate }: Comparison): Matcher | undefined {
  const constant = hashRangesOf(value);
  if (constant === undefined) return undefined;
  const { recipe, ranges } = constant;
  const place = placeOf(recipe);
  return (context) => {
    const position = place(context);
    if (position === undefined) return false;
    return ranges.some(({ from, to }) => position >= from && position < to) === (negate !== true);
  };
}

function clockMatcher({ op, value, negate }: Comparison): Matcher | undefined {
  const bound = instantOf(value);
  if (bound === undefined) return undefined;
  const before = op === "now_before";
  return ({ now }) => (before ? now < bound : now > bound) === (negate !== true);
}

function someMatcher({ attribute, value, negate }: Comparison, checkOf: MakeCheck): Matcher | undefined {
  const condition = elementConditionOf(value);
  const member = condition === undefined ? undefined : checkOf(condition);
  if (member === undefined || attribute === undefined) return undefined;
  const read = attributeReader(attribute);
  return (context) => {
    const list = read(context.attributes);
    try {
      if (!Array.isArray(list)) return false;
      return list.some((element) => holds(member, elementContext(element, context))) === (negate !== true);
    } catch {
      return false; // a revoked proxy, in a process that hands us live objects
    }
  };
}
