import type { EvaluationContext } from "../protocols/decision.ts";
import { memberOf, valueAt } from "./attribute.ts";
import type { Test } from "./operators/operator.ts";
import { plainVersion } from "./operators/version.ts";
import type { PreloadedSalt } from "./preloaded-salt.ts";
import { textOf } from "./text.ts";
import type { UnitSet } from "./unit-set.ts";

// A condition made for speed: nodes of one shape, walked by one switch. Against a tree of closures that saves a call
// through a pointer at each node, and the common comparisons need no call at all. Equal conditions of a plan are one node
// (check-maker.ts), so that a thousand flags which ask the same thing ask it of the same few cache lines.

export const kinds = {
  all: 0,
  any: 1,
  not: 2,
  text: 3,
  texts: 4,
  truth: 5,
  number: 6,
  version: 7,
  /** Any other comparison of an attribute. */
  attribute: 8,
  segment: 9,
  bucket: 10,
  /** What looks elsewhere, or inside lists. */
  other: 11,
} as const;
export type Kind = (typeof kinds)[keyof typeof kinds];

export type Matcher = (context: EvaluationContext) => boolean;

/** A segment's lists and rules. */
export interface Members {
  readonly included: UnitSet | undefined;
  readonly excluded: UnitSet | undefined;
  readonly rules: readonly Check[];
}

/** What a check compares with or is made of: which of these, `kind` says. */
export type Operand =
  | readonly Check[]
  | string
  | ReadonlySet<unknown>
  | boolean
  | Test
  | Members
  | PreloadedSalt
  | Matcher
  | undefined;

interface CheckParts {
  readonly kind: Kind;
  readonly operand?: Operand;
  readonly holds?: boolean;
  readonly name?: string;
  readonly path?: readonly string[] | undefined;
  readonly low?: number;
  readonly high?: number;
}

/** Few members, those that are always read first: a check is a cache line or two, and a decision touches a dozen. */
export class Check {
  readonly kind: Kind;
  /** False under `negate`. */
  readonly holds: boolean;
  /** The attribute. */
  readonly name: string;
  readonly operand: Operand;
  /** The attribute's parts, when it is a path. */
  readonly path: readonly string[] | undefined;
  /** For numbers and plain versions, both ends included; for buckets half-open. */
  readonly low: number;
  readonly high: number;

  constructor({ kind, holds: wanted = true, name = "", operand, path, low = 0, high = 0 }: CheckParts) {
    this.kind = kind;
    this.holds = wanted;
    this.name = name;
    this.operand = operand;
    this.path = path;
    this.low = low;
    this.high = high;
  }
}

/** Never throws. As deep as conditions and segments may nest, which bounds.ts limits. */
export function holds(check: Check, context: EvaluationContext): boolean {
  switch (check.kind) {
    case kinds.all: {
      const inner = check.operand as readonly Check[];
      for (let index = 0; index < inner.length; index++)
        if (!holds(inner[index] as Check, context)) return false;
      return true;
    }
    case kinds.any: {
      const inner = check.operand as readonly Check[];
      for (let index = 0; index < inner.length; index++)
        if (holds(inner[index] as Check, context)) return true;
      return false;
    }
    case kinds.not:
      return !holds((check.operand as readonly Check[])[0] as Check, context);
    case kinds.text: {
      const value = peek(check, context);
      if (typeof value !== "string" || (value === (check.operand as string)) !== check.holds) return false;
      return isSent(check, context);
    }
    case kinds.texts: {
      const value = peek(check, context);
      if (typeof value !== "string") return false;
      return (check.operand as ReadonlySet<unknown>).has(value) === check.holds && isSent(check, context);
    }
    case kinds.truth: {
      const value = peek(check, context);
      if (typeof value !== "boolean" || (value === check.operand) !== check.holds) return false;
      return isSent(check, context);
    }
    case kinds.number: {
      const value = peek(check, context);
      // A number minus itself is 0, but for NaN and the infinities, which are no numbers here.
      if (typeof value !== "number" || value - value !== 0) return false;
      return (value >= check.low && value <= check.high) === check.holds && isSent(check, context);
    }
    case kinds.version: {
      const value = peek(check, context);
      const plain = typeof value === "string" ? plainVersion(value) : -1;
      if (plain >= 0)
        return (plain >= check.low && plain <= check.high) === check.holds && isSent(check, context);
      return (check.operand as Test)(value) === check.holds && isSent(check, context);
    }
    case kinds.attribute:
      // An undefined answer (missing, or of the wrong type) equals neither true nor false, so it never holds.
      return (check.operand as Test)(valueOf(check, context)) === check.holds;
    case kinds.segment:
      return isMember(check.operand as Members, context) === check.holds;
    case kinds.bucket: {
      const bucket = (check.operand as PreloadedSalt).bucketOf(textOf(context.unitId));
      return (bucket >= check.low && bucket < check.high) === check.holds;
    }
    case kinds.other:
      return (check.operand as Matcher)(context);
  }
}

// The commonest comparisons read first and ask whose the member is only when they hold: what is not the context's own
// counts as missing, and a comparison with what is missing does not hold either (`exists`, which is not among them, may).

function peek(check: Check, context: EvaluationContext): unknown {
  if (check.path !== undefined) return valueAt(context.attributes, check.name, check.path);
  try {
    return context.attributes[check.name];
  } catch {
    return undefined; // no object at all, or a getter or proxy that throws
  }
}

const isSent = (check: Check, context: EvaluationContext): boolean =>
  check.path !== undefined || memberOf(context.attributes, check.name) !== undefined;

function valueOf(check: Check, context: EvaluationContext): unknown {
  return check.path === undefined
    ? memberOf(context.attributes, check.name)
    : valueAt(context.attributes, check.name, check.path);
}

/** Excluded beats included beats rules. */
function isMember({ excluded, included, rules }: Members, context: EvaluationContext): boolean {
  if (excluded !== undefined && excluded.has(textOf(context.unitId))) return false;
  if (included !== undefined && included.has(textOf(context.unitId))) return true;
  for (const rule of rules) if (holds(rule, context)) return true;
  return false;
}
