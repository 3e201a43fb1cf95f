import { isNumber, ready, refused, type Prepare } from "./operator.ts";

// Order of numbers. Texts have no order here: versions have theirs in version.ts, instants in instant.ts.

const order =
  (
    holds: (value: number, bound: number) => boolean,
    ends: (bound: number) => readonly [low: number, high: number],
  ): Prepare =>
  (bound) => {
    if (!isNumber(bound)) return refused("needs a number");
    const [low, high] = ends(bound);
    return ready((value) => (isNumber(value) ? holds(value, bound) : undefined), {
      kind: "number",
      low,
      high,
      holds: true,
    });
  };

/** Both ends belong to it, as in SQL. */
const between: Prepare = (constant) => {
  if (!Array.isArray(constant) || constant.length !== 2) return refused("needs [low, high]");
  const [low, high] = constant;
  if (!isNumber(low) || !isNumber(high)) return refused("needs two numbers");
  if (low > high) return refused("needs low ≤ high");
  return ready((value) => (isNumber(value) ? value >= low && value <= high : undefined), {
    kind: "number",
    low,
    high,
    holds: true,
  });
};

const bits = new BigInt64Array(1);
const double = new Float64Array(bits.buffer);

/** The next larger double; Infinity behind the largest. */
export function after(value: number): number {
  if (value === 0) return Number.MIN_VALUE; // −0 too
  double[0] = value;
  bits[0] = (bits[0] as bigint) + (value > 0 ? 1n : -1n);
  return double[0];
}

const before = (value: number): number => -after(-value);

export const orderOperators = {
  lt: order(
    (value, bound) => value < bound,
    (bound) => [-Infinity, before(bound)],
  ),
  lte: order(
    (value, bound) => value <= bound,
    (bound) => [-Infinity, bound],
  ),
  gt: order(
    (value, bound) => value > bound,
    (bound) => [after(bound), Infinity],
  ),
  gte: order(
    (value, bound) => value >= bound,
    (bound) => [bound, Infinity],
  ),
  between,
} satisfies Record<string, Prepare>;
