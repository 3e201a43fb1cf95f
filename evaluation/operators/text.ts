import { ready, refused, type Prepare } from "./operator.ts";

// Parts of a text, by UTF-16 code units and with case.

const text =
  (holds: (value: string, part: string) => boolean): Prepare =>
  (part) =>
    typeof part === "string"
      ? ready((value) => (typeof value === "string" ? holds(value, part) : undefined))
      : refused("needs a string");

export const textOperators = {
  contains: text((value, part) => value.includes(part)),
  not_contains: text((value, part) => !value.includes(part)),
  starts_with: text((value, part) => value.startsWith(part)),
  ends_with: text((value, part) => value.endsWith(part)),
} satisfies Record<string, Prepare>;
