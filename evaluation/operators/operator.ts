import type { Json } from "../../protocols/json.ts";

/**
 * Asks one attribute. Undefined says that the attribute is missing or has the wrong type, which makes the comparison
 * false whether it is negated or not.
 */
export type Test = (value: unknown) => boolean | undefined;

/**
 * The commonest tests said as data too, so that check.ts can do them without a call. Numbers and versions lie between
 * two ends, both of which belong to it; a version as plainVersion() packs it, when the attribute is a plain one.
 */
export type Shape =
  | { readonly kind: "text"; readonly text: string; readonly holds: boolean }
  | { readonly kind: "texts"; readonly texts: ReadonlySet<unknown>; readonly holds: boolean }
  | { readonly kind: "truth"; readonly truth: boolean; readonly holds: boolean }
  | { readonly kind: "number"; readonly low: number; readonly high: number; readonly holds: boolean }
  | { readonly kind: "version"; readonly low: number; readonly high: number; readonly holds: boolean };

/** A comparison's constant, checked and made ready once; or what is wrong with it. */
export type Prepared =
  | { readonly ok: true; readonly test: Test; readonly shape?: Shape | undefined }
  | { readonly ok: false; readonly message: string };

/** compile() asks this for the message, program() for the test: so what was published can be evaluated. */
export type Prepare = (constant: Json | undefined) => Prepared;

export const ready = (test: Test, shape?: Shape): Prepared => ({ ok: true, test, shape });
export const refused = (message: string): Prepared => ({ ok: false, message });

/** What comparisons of identity work on. */
export type Scalar = string | number | boolean;

export function isScalar(value: unknown): value is Scalar {
  return typeof value === "string" || typeof value === "boolean" || isNumber(value);
}

/** NaN and the infinities are no numbers here: JSON cannot say them. */
export const isNumber = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value);
