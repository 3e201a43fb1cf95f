import { ready, refused, type Prepare } from "./operator.ts";

/**
 * The one operator for which a missing attribute is an answer and not an obstacle: `negate` gives "is missing". A null
 * counts as missing. The constant is optional; false asks for absence.
 */
const exists: Prepare = (constant) => {
  if (constant !== undefined && typeof constant !== "boolean")
    return refused("needs true, false or no value");
  const wanted = constant ?? true;
  return ready((value) => (value !== undefined && value !== null) === wanted);
};

export const presenceOperators = { exists } satisfies Record<string, Prepare>;
