import { compilePattern, matchedTextLengthMax } from "../../protocols/constants/pattern.ts";
import { ready, refused, type Prepare } from "./operator.ts";

const matches: Prepare = (constant) => {
  if (typeof constant !== "string") return refused("needs a pattern as a string");
  const pattern = compilePattern(constant);
  if (!pattern.ok) return refused(pattern.message);
  return ready((value) =>
    typeof value === "string" && value.length <= matchedTextLengthMax ? pattern.test(value) : undefined,
  );
};

export const patternOperators = { matches } satisfies Record<string, Prepare>;
