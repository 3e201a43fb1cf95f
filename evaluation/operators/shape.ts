import { isNumber, ready, refused, type Prepare } from "./operator.ts";

// What an attribute is, rather than what it says.

const types: ReadonlySet<unknown> = new Set(["string", "number", "boolean", "array", "object"]);

/** Null has no type here, as it counts as missing: ask `exists`. */
const typeIs: Prepare = (constant) => {
  if (!types.has(constant)) return refused("needs string, number, boolean, array or object");
  return ready((value) => {
    if (value === undefined || value === null) return undefined;
    return (lengthOf(value) === undefined ? typeof value : "array") === constant;
  });
};

/** Of a list; both ends belong to it. */
const lengthBetween: Prepare = (constant) => {
  if (!Array.isArray(constant) || constant.length !== 2) return refused("needs [low, high]");
  const [low, high] = constant;
  if (!isNumber(low) || !isNumber(high) || low > high) return refused("needs two numbers, low ≤ high");
  return ready((value) => {
    const length = lengthOf(value);
    return length === undefined ? undefined : length >= low && length <= high;
  });
};

/** The same JSON text: lists in their order, and members of objects in the order in which they were written. */
const jsonEquals: Prepare = (constant) => {
  if (typeof constant !== "object" || constant === null) return refused("needs a list or an object");
  const wanted = JSON.stringify(constant);
  return ready((value) => {
    if (typeof value !== "object" || value === null) return undefined;
    try {
      return JSON.stringify(value) === wanted;
    } catch {
      return undefined; // a circle or a getter that throws, in a process that hands us live objects
    }
  });
};

/** Undefined for what is no list. */
function lengthOf(value: unknown): number | undefined {
  try {
    return Array.isArray(value) ? value.length : undefined;
  } catch {
    return undefined; // a revoked proxy or a throwing getter, in a process that hands us live objects
  }
}

export const shapeOperators = {
  type_is: typeIs,
  length_between: lengthBetween,
  json_eq: jsonEquals,
} satisfies Record<string, Prepare>;
