import { isNumber, ready, refused, type Prepare } from "./operator.ts";

// Order of numbers. Texts have no order here: versions have theirs in version.ts, instants in instant.ts.

const order =
  (holds: (value: number, bound: number) => boolean): Prepare =>
  (bound) =>
    isNumber(bound)
      ? ready((value) => (isNumber(value) ? holds(value, bound) : undefined))
      : refused("needs a number");

/** Both ends belong to it, as in SQL. */
const between: Prepare = (constant) => {
  if (!Array.isArray(constant) || constant.length !== 2) return refused("needs [low, high]");
  const [low, high] = constant;
  if (!isNumber(low) || !isNumber(high)) return refused("needs two numbers");
  if (low > high) return refused("needs low ≤ high");
  return ready((value) => (isNumber(value) ? value >= low && value <= high : undefined));
};

export const orderOperators = {
  lt: order((value, bound) => value < bound),
  lte: order((value, bound) => value <= bound),
  gt: order((value, bound) => value > bound),
  gte: order((value, bound) => value >= bound),
  between,
} satisfies Record<string, Prepare>;
