import type { Json } from "../../protocols/json.ts";

/**
 * Asks one attribute. Undefined says that the attribute is missing or has the wrong type, which makes the comparison
 * false whether it is negated or not.
 */
export type Test = (value: unknown) => boolean | undefined;

/** A comparison's constant, checked and made ready once; or what is wrong with it. */
export type Prepared =
  | { readonly ok: true; readonly test: Test }
  | { readonly ok: false; readonly message: string };

/** compile() asks this for the message, program() for the test: so what was published can be evaluated. */
export type Prepare = (constant: Json | undefined) => Prepared;

export const ready = (test: Test): Prepared => ({ ok: true, test });
export const refused = (message: string): Prepared => ({ ok: false, message });

/** What comparisons of identity work on. */
export type Scalar = string | number | boolean;

export function isScalar(value: unknown): value is Scalar {
  return typeof value === "string" || typeof value === "boolean" || isNumber(value);
}

/** NaN and the infinities are no numbers here: JSON cannot say them. */
export const isNumber = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value);
