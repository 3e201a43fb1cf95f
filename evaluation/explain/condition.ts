import type { Comparison, Condition } from "../../protocols/condition.ts";
import type { ConditionOutcome, ConditionTrace, SegmentTrace } from "../../protocols/trace.ts";
import { attributeReader } from "../attribute.ts";
import { conditionDepthMax } from "../bounds.ts";
import { namedSalt } from "../bucket.ts";
import { elementConditionOf, elementContext } from "../element-condition.ts";
import { hashRangesOf } from "../hash-profiles/recipe.ts";
import { instantOf } from "../../protocols/constants/instant.ts";
import { attributeOperator } from "../operators/table.ts";
import { textOf } from "../text.ts";
import { bucketRangeOf, segmentKeysOf } from "../unit-conditions.ts";
import { bucketDraw, entity, recipeDraw, type Scope } from "./scope.ts";
import { shown } from "./shown.ts";

type Outcome = ConditionOutcome;
const outcomeOf = (holds: boolean): Outcome => (holds ? "holds" : "fails");

/** Every part is tried, also where the first would settle it: whoever asks why wants to see them all. */
export function explainCondition(condition: Condition, scope: Scope, depth = 0): ConditionTrace {
  if (depth > conditionDepthMax || typeof condition !== "object" || condition === null)
    return notUnderstood("?");
  if ("all" in condition) return group("all", condition.all, scope, depth);
  if ("any" in condition) return group("any", condition.any, scope, depth);
  if ("not" in condition) {
    const part = explainCondition(condition.not, scope, depth + 1);
    const outcome = part.outcome === "not_understood" ? part.outcome : outcomeOf(part.outcome === "fails");
    return { kind: "not", outcome, parts: [part] };
  }
  return explainComparison(condition, scope, depth);
}

function group(
  kind: "all" | "any",
  conditions: readonly Condition[],
  scope: Scope,
  depth: number,
): ConditionTrace {
  if (!Array.isArray(conditions)) return notUnderstood(kind);
  const parts = conditions.map((condition) => explainCondition(condition as Condition, scope, depth + 1));
  const holds = (part: ConditionTrace): boolean => part.outcome === "holds";
  const outcome = parts.some((part) => part.outcome === "not_understood")
    ? "not_understood"
    : outcomeOf(kind === "all" ? parts.every(holds) : parts.some(holds));
  return { kind, outcome, parts };
}

const notUnderstood = (op: string): ConditionTrace => ({
  kind: "comparison",
  outcome: "not_understood",
  because: "not_understood",
  op,
});

function explainComparison(comparison: Comparison, scope: Scope, depth: number): ConditionTrace {
  const { op } = comparison;
  if (op === "in_segment") return inSegments(comparison, scope);
  if (op === "bucket" || op === "in_hash_range") return inRanges(comparison, scope);
  if (op === "now_before" || op === "now_after") return byClock(comparison, scope);
  if (op === "some") return someOf(comparison, scope, depth);
  return ofAttribute(comparison, scope);
}

const negation = ({ negate }: Comparison): { readonly negate?: true } =>
  negate === true ? { negate: true } : {};

function ofAttribute(comparison: Comparison, { context }: Scope): ConditionTrace {
  const { op, attribute, value, negate } = comparison;
  const prepared = attributeOperator(op)?.(value);
  if (prepared === undefined || !prepared.ok || typeof attribute !== "string")
    return notUnderstood(String(op));
  const actual = attributeReader(attribute)(context.attributes);
  const answer = prepared.test(actual);
  const isThere = actual !== undefined && actual !== null;
  return {
    kind: "comparison",
    outcome: outcomeOf(answer === (negate !== true)),
    because: answer !== undefined ? "compared" : isThere ? "wrong_type" : "missing",
    op,
    attribute,
    ...(value === undefined ? {} : { wanted: shown(value) }),
    ...(isThere ? { actual: shown(actual) } : {}),
    ...negation(comparison),
  };
}

function inSegments(comparison: Comparison, scope: Scope): ConditionTrace {
  const keys = segmentKeysOf(comparison.value);
  if (keys === undefined) return notUnderstood(comparison.op);
  const segments = keys.map((key) => explainSegment(key, scope));
  const outcome = segments.some((segment) => segment.outcome === "not_understood")
    ? "not_understood"
    : outcomeOf(segments.some((segment) => segment.outcome === "holds") === (comparison.negate !== true));
  return { kind: "segments", outcome, segments, ...negation(comparison) };
}

/** Excluded beats included beats rules; a rule beyond this version is skipped. */
function explainSegment(key: string, scope: Scope): SegmentTrace {
  const segment = entity(scope.plan.segments, key);
  if (segment === undefined || !scope.segments.has(key))
    return { segment: key, outcome: "not_understood", because: "unknown", rules: [] };
  const unit = textOf(scope.context.unitId);
  if ((segment.excluded as readonly string[]).includes(unit))
    return { segment: key, outcome: "fails", because: "excluded", rules: [] };
  if ((segment.included as readonly string[]).includes(unit))
    return { segment: key, outcome: "holds", because: "included", rules: [] };
  const rules = segment.rules.map((rule) => explainCondition(rule, scope));
  const holds = rules.some(({ outcome }) => outcome === "holds");
  return { segment: key, outcome: outcomeOf(holds), because: holds ? "rule" : "no_rule", rules };
}

function inRanges(comparison: Comparison, scope: Scope): ConditionTrace {
  const { op, value, negate } = comparison;
  const bucket = op === "bucket" ? bucketRangeOf(value) : undefined;
  const hash = op === "bucket" ? undefined : hashRangesOf(value);
  const ranges = bucket === undefined ? hash?.ranges : [{ from: bucket.from, to: bucket.to }];
  const drawn =
    bucket !== undefined
      ? bucketDraw(namedSalt(scope.plan.salt, bucket.salt), scope)
      : hash === undefined
        ? undefined
        : recipeDraw(hash.recipe, scope);
  if (ranges === undefined || drawn === undefined) return notUnderstood(op);
  const { at } = drawn;
  // Without anything to hash a unit is in no range, and under `negate` neither out of one.
  const holds =
    at !== undefined && ranges.some(({ from, to }) => at >= from && at < to) === (negate !== true);
  return {
    kind: "draw",
    outcome: outcomeOf(holds),
    draw: drawn.trace,
    ranges: ranges.map(({ from, to }) => ({ from, to })),
    ...negation(comparison),
  };
}

function byClock(comparison: Comparison, { context: { now } }: Scope): ConditionTrace {
  const { op, value, negate } = comparison;
  const bound = instantOf(value);
  if (bound === undefined) return notUnderstood(op);
  const holds = (op === "now_before" ? now < bound : now > bound) === (negate !== true);
  return {
    kind: "comparison",
    outcome: outcomeOf(holds),
    because: "compared",
    op,
    wanted: shown(value),
    actual: shown(now),
    ...negation(comparison),
  };
}

function someOf(comparison: Comparison, scope: Scope, depth: number): ConditionTrace {
  const { op, attribute, value, negate } = comparison;
  const condition = elementConditionOf(value);
  if (condition === undefined || attribute === undefined) return notUnderstood(op);
  const holdsFor = (element: unknown): ConditionTrace =>
    explainCondition(condition, { ...scope, context: elementContext(element, scope.context) }, depth + 1);
  if (holdsFor(undefined).outcome === "not_understood") return notUnderstood(op);
  const list = attributeReader(attribute)(scope.context.attributes);
  const isThere = list !== undefined && list !== null;
  let holds = false;
  let isList = false;
  try {
    isList = Array.isArray(list);
    holds =
      Array.isArray(list) &&
      list.some((element) => holdsFor(element).outcome === "holds") === (negate !== true);
  } catch {
    isList = false; // a revoked proxy, in a process that hands us live objects
  }
  return {
    kind: "comparison",
    outcome: outcomeOf(holds && isList),
    because: isList ? "compared" : isThere ? "wrong_type" : "missing",
    op,
    attribute,
    wanted: shown(value),
    ...(isThere ? { actual: shown(list) } : {}),
    ...negation(comparison),
  };
}
