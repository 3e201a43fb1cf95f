import { z } from "zod";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json };

/** Any JSON value. zod's own recursion guards depth by the body limit, so none is set here. */
export const Json: z.ZodType<Json> = z.json() as z.ZodType<Json>;

/**
 * RFC 8785 (JCS) form of a JSON value: members sorted by UTF-16 code units, no white space, ECMAScript
 * numbers. Two equal documents have equal bytes, so their SHA-256 and signatures are equal too.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) {
    // A million unit ids at once: one by one they take ten times as long.
    return value.some(isCompound) ? `[${value.map(canonicalJson).join(",")}]` : JSON.stringify(value);
  }
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}

const isCompound = (value: unknown): boolean => typeof value === "object" && value !== null;
