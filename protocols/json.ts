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
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = value as Readonly<Record<string, unknown>>;
  let text = "";
  // Without a comparator sort() orders by UTF-16 code units, and faster: plans are read while others wait.
  for (const name of Object.keys(members).sort()) {
    const member = members[name];
    if (member === undefined) continue;
    text += `${text === "" ? "" : ","}${JSON.stringify(name)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}
