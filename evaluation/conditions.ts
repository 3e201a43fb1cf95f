import type { Comparison, Condition } from "../protocols/condition.ts";
import { pathOf } from "./attribute.ts";
import { conditionDepthMax } from "./bounds.ts";
import { namedSalt } from "./bucket.ts";
import { Check, kinds } from "./check.ts";
import type { Prepared } from "./operators/operator.ts";
import { attributeOperator } from "./operators/table.ts";
import { otherMatcher } from "./other-conditions.ts";
import { PreloadedSalt, SaltPool } from "./preloaded-salt.ts";
import { bucketRangeOf, segmentKeysOf } from "./unit-conditions.ts";

/** Longer texts of comparisons are not looked for among those already made: comparing them would cost more than it saves. */
const sharedTextLengthMax = 2_000;

/** Cheapest first: members of an `all` or `any` are pure and never throw, so their order is ours to choose. */
const costOf: Readonly<Record<Check["kind"], number>> = {
  [kinds.text]: 0,
  [kinds.truth]: 0,
  [kinds.number]: 0,
  [kinds.texts]: 1,
  [kinds.version]: 2,
  [kinds.attribute]: 3,
  [kinds.not]: 4,
  [kinds.all]: 4,
  [kinds.any]: 4,
  [kinds.segment]: 5,
  [kinds.bucket]: 6,
  [kinds.other]: 7,
};

/** Makes the conditions of one plan into checks. Equal ones become one check. */
export class CheckMaker {
  readonly environmentSalt: string;
  readonly pool = new SaltPool();
  /** Undefined for a segment that does not exist or cannot be followed to its end. */
  readonly #segment: (key: string) => Check | undefined;
  readonly #comparisons = new Map<string, Check | undefined>();
  readonly #groups = new Map<string, Check>();
  readonly #numbers = new Map<Check, number>();

  constructor(environmentSalt: string, segment: (key: string) => Check | undefined) {
    this.environmentSalt = environmentSalt;
    this.#segment = segment;
  }

  /**
   * Undefined when any part of the condition is beyond this version: an unknown operator or form, a constant that does
   * not fit. A rule like that is skipped as a whole, because under `not` or `any` a guess could let somebody in.
   */
  checkOf(condition: Condition, depth = 0): Check | undefined {
    if (depth > conditionDepthMax || typeof condition !== "object" || condition === null) return undefined;
    if ("all" in condition) return this.#group(kinds.all, condition.all, depth);
    if ("any" in condition) return this.#group(kinds.any, condition.any, depth);
    if ("not" in condition) {
      const inner = this.checkOf(condition.not, depth + 1);
      return inner === undefined ? undefined : this.#shared(kinds.not, [inner]);
    }
    const text = textOf(condition);
    if (text === undefined) return this.#comparison(condition, depth);
    if (!this.#comparisons.has(text)) this.#comparisons.set(text, this.#comparison(condition, depth));
    return this.#comparisons.get(text);
  }

  saltOf(salt: string): PreloadedSalt {
    return new PreloadedSalt(salt, this.pool);
  }

  #group(kind: 0 | 1, conditions: readonly Condition[], depth: number): Check | undefined {
    if (!Array.isArray(conditions)) return undefined;
    const inner: Check[] = [];
    for (const condition of conditions) {
      const check = this.checkOf(condition as Condition, depth + 1);
      if (check === undefined) return undefined;
      inner.push(check);
    }
    const [only] = inner;
    if (only !== undefined && inner.length === 1) return only;
    return this.#shared(
      kind,
      inner.sort((a, b) => costOf[a.kind] - costOf[b.kind]),
    );
  }

  #shared(kind: 0 | 1 | 2, inner: readonly Check[]): Check {
    const name = `${kind}:${inner.map((check) => this.#numberOf(check)).join(",")}`;
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const made = new Check({ kind, operand: inner });
    this.#groups.set(name, made);
    return made;
  }

  #numberOf(check: Check): number {
    const known = this.#numbers.get(check);
    if (known !== undefined) return known;
    this.#numbers.set(check, this.#numbers.size);
    return this.#numbers.size - 1;
  }

  #comparison(comparison: Comparison, depth: number): Check | undefined {
    const { op, attribute, value, negate } = comparison;
    const holds = negate !== true;
    if (op === "in_segment") return this.#segments(value, holds);
    if (op === "bucket") {
      const range = bucketRangeOf(value);
      if (range === undefined) return undefined;
      const salt = this.saltOf(namedSalt(this.environmentSalt, range.salt));
      return new Check({ kind: kinds.bucket, holds, operand: salt, low: range.from, high: range.to });
    }
    const prepared = attributeOperator(op)?.(value);
    if (prepared === undefined) {
      const matcher = otherMatcher(comparison, (inner) => this.checkOf(inner, depth + 1));
      return matcher === undefined ? undefined : new Check({ kind: kinds.other, operand: matcher });
    }
    if (!prepared.ok || typeof attribute !== "string") return undefined;
    return checkOfShape(prepared, holds, attribute);
  }

  #segments(value: Comparison["value"], holds: boolean): Check | undefined {
    const inner: Check[] = [];
    for (const key of segmentKeysOf(value) ?? []) {
      const segment = this.#segment(key);
      if (segment === undefined) return undefined;
      inner.push(segment);
    }
    const [only] = inner;
    if (only === undefined) return undefined;
    const inAny = inner.length === 1 ? only : this.#shared(kinds.any, inner);
    return holds ? inAny : this.#shared(kinds.not, [inAny]);
  }
}

function checkOfShape(
  { test, shape }: Extract<Prepared, { ok: true }>,
  isPlain: boolean,
  name: string,
): Check {
  const path = pathOf(name);
  if (shape === undefined)
    return new Check({ kind: kinds.attribute, holds: isPlain, operand: test, name, path });
  const common = { kind: kinds[shape.kind], holds: shape.holds === isPlain, name, path };
  switch (shape.kind) {
    case "text":
      return new Check({ ...common, operand: shape.text });
    case "texts":
      return new Check({ ...common, operand: shape.texts });
    case "truth":
      return new Check({ ...common, operand: shape.truth });
    case "number":
    case "version":
      return new Check({ ...common, operand: test, low: shape.low, high: shape.high });
  }
}

/** The same for equal comparisons that were written alike; undefined for one too long to be worth it. */
function textOf(comparison: Comparison): string | undefined {
  const { value } = comparison;
  if (typeof value === "string" ? value.length > sharedTextLengthMax : isLong(value)) return undefined;
  try {
    return JSON.stringify(comparison);
  } catch {
    return undefined; // a constant nested beyond the stack
  }
}

const isLong = (value: unknown): boolean => Array.isArray(value) && value.length > 100;
