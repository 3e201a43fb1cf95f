import { scalarsOf } from "./equality.ts";
import { isNumber, isScalar, ready, refused, type Prepare } from "./operator.ts";

// Comparisons of systems that convert before they compare, for rules that came from them. Written by importers; in rules
// of one's own the strict operators say more clearly what is meant.

/** A number as it is, a truth value as 1 or 0, a text when it reads as a finite number; a blank text does not. */
export function numberOf(value: unknown): number | undefined {
  if (isNumber(value)) return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "string" || value.length > numberLengthMax || value.trim() === "") return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** Longer than any number that a double can tell from its neighbour, with room for blanks. */
const numberLengthMax = 400;

const coerced =
  (holds: (value: number, bound: number) => boolean): Prepare =>
  (constant) => {
    if (!isNumber(constant)) return refused("needs a number");
    return ready((value) => {
      const number = numberOf(value);
      return number === undefined ? undefined : holds(number, constant);
    });
  };

/** Numbers and truth values as JavaScript and JSON write them. */
const textIn: Prepare = (constant) => {
  const members = scalarsOf(constant);
  if (members === undefined || !members.every((member) => typeof member === "string"))
    return refused("needs a list of at least one string");
  const set = new Set<unknown>(members);
  return ready((value) => (isScalar(value) ? set.has(String(value)) : undefined));
};

/** Everything is true but false, 0 and the empty text; a list or an object always is. */
const truthy: Prepare = (constant) => {
  if (typeof constant !== "boolean") return refused("needs true or false");
  return ready((value) => (value === undefined || value === null ? undefined : Boolean(value) === constant));
};

const ordered =
  (holds: (value: string, bound: string) => boolean): Prepare =>
  (bound) =>
    typeof bound === "string"
      ? ready((value) => (typeof value === "string" ? holds(value, bound) : undefined))
      : refused("needs a string");

export const coercedOperators = {
  coerced_eq: coerced((value, bound) => value === bound),
  coerced_lt: coerced((value, bound) => value < bound),
  coerced_lte: coerced((value, bound) => value <= bound),
  coerced_gt: coerced((value, bound) => value > bound),
  coerced_gte: coerced((value, bound) => value >= bound),
  text_in: textIn,
  text_lt: ordered((value, bound) => value < bound),
  text_lte: ordered((value, bound) => value <= bound),
  text_gt: ordered((value, bound) => value > bound),
  text_gte: ordered((value, bound) => value >= bound),
  truthy,
} satisfies Record<string, Prepare>;
