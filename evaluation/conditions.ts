import type { Comparison, Condition } from "../protocols/condition.ts";
import type { EvaluationContext } from "../protocols/decision.ts";
import { attributeReader } from "./attribute.ts";
import { conditionDepthMax } from "./bounds.ts";
import { namedSalt } from "./bucket.ts";
import { attributeOperator } from "./operators/table.ts";
import { PreloadedSalt } from "./preloaded-salt.ts";
import { bucketRangeOf, segmentKeysOf } from "./unit-conditions.ts";

/** A condition made into code: pure, and it never throws. */
export type Matcher = (context: EvaluationContext) => boolean;

export interface ConditionScope {
  readonly environmentSalt: string;
  /** Undefined for a segment that does not exist or cannot be followed to its end. */
  segment(key: string): Matcher | undefined;
}

/**
 * Undefined when any part of the condition is beyond this version: an unknown operator or form, a constant that does
 * not fit. A rule like that is skipped as a whole, because under `not` or `any` a guess could let somebody in.
 */
export function matcherOf(condition: Condition, scope: ConditionScope, depth = 0): Matcher | undefined {
  if (depth > conditionDepthMax) return undefined;
  if ("all" in condition) return allOf(matchersOf(condition.all, scope, depth));
  if ("any" in condition) return anyOf(matchersOf(condition.any, scope, depth));
  if ("not" in condition) {
    const inner = matcherOf(condition.not, scope, depth + 1);
    return inner === undefined ? undefined : (context) => !inner(context);
  }
  return comparisonOf(condition, scope);
}

function matchersOf(
  conditions: readonly Condition[],
  scope: ConditionScope,
  depth: number,
): Matcher[] | undefined {
  const matchers: Matcher[] = [];
  for (const condition of conditions) {
    const matcher = matcherOf(condition, scope, depth + 1);
    if (matcher === undefined) return undefined;
    matchers.push(matcher);
  }
  return matchers;
}

// One and two members are the usual case, and a loop over closures costs twice what they cost written out.

function allOf(matchers: readonly Matcher[] | undefined): Matcher | undefined {
  if (matchers === undefined) return undefined;
  const [first, second, third] = matchers;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  if (third === undefined) return (context) => first(context) && second(context);
  return (context) => {
    for (const matcher of matchers) if (!matcher(context)) return false;
    return true;
  };
}

export function anyOf(matchers: readonly Matcher[] | undefined): Matcher | undefined {
  if (matchers === undefined) return undefined;
  const [first, second, third] = matchers;
  if (first === undefined) return () => false;
  if (second === undefined) return first;
  if (third === undefined) return (context) => first(context) || second(context);
  return (context) => {
    for (const matcher of matchers) if (matcher(context)) return true;
    return false;
  };
}

function comparisonOf(comparison: Comparison, scope: ConditionScope): Matcher | undefined {
  const holds = comparison.negate !== true;
  if (comparison.op === "in_segment") return segmentMatcher(comparison, scope, holds);
  if (comparison.op === "bucket") return bucketMatcher(comparison, scope, holds);
  const prepared = attributeOperator(comparison.op)?.(comparison.value);
  if (prepared === undefined || !prepared.ok || comparison.attribute === undefined) return undefined;
  const { test } = prepared;
  const read = attributeReader(comparison.attribute);
  // An undefined answer (missing, or of the wrong type) equals neither true nor false, so it never holds.
  return (context) => test(read(context.attributes)) === holds;
}

function segmentMatcher(comparison: Comparison, scope: ConditionScope, holds: boolean): Matcher | undefined {
  const keys = segmentKeysOf(comparison.value);
  if (keys === undefined) return undefined;
  const members: Matcher[] = [];
  for (const key of keys) {
    const member = scope.segment(key);
    if (member === undefined) return undefined;
    members.push(member);
  }
  const inAny = anyOf(members);
  return inAny === undefined || holds ? inAny : (context) => !inAny(context);
}

function bucketMatcher(comparison: Comparison, scope: ConditionScope, holds: boolean): Matcher | undefined {
  const range = bucketRangeOf(comparison.value);
  if (range === undefined) return undefined;
  const { from, to } = range;
  const salt = new PreloadedSalt(namedSalt(scope.environmentSalt, range.salt));
  return (context) => {
    const bucket = salt.bucketOf(context.unitId);
    return (bucket >= from && bucket < to) === holds;
  };
}
