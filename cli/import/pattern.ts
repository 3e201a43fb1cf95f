import type { Condition } from "../../protocols/condition.ts";
import type { Json } from "../../protocols/json.ts";
import { attributeOperator } from "../../evaluation/operators/table.ts";
import { compare, never } from "./conditions.ts";
import type { Notes } from "./notes.ts";

/** A pattern that JavaScript refuses never holds there; one that only RE2 refuses cannot be carried. */
export function patternCondition(
  attribute: string,
  constant: Json,
  ignoreCase: boolean,
  path: string,
  notes: Notes,
): Condition {
  if (typeof constant !== "string") {
    notes.refuse(path, "needs a pattern as a string");
    return never;
  }
  try {
    RegExp(constant);
  } catch {
    return never;
  }
  const pattern = ignoreCase ? `(?i)${constant}` : constant;
  const prepared = attributeOperator("matches")?.(pattern);
  if (prepared?.ok === true) return compare(attribute, "matches", pattern);
  notes.refuse(path, prepared?.message ?? "not a pattern");
  return never;
}
