/** What a type calls a text may be none: contexts come from programs that no compiler checked. */
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
