import { RE2JS } from "re2js";
import { ready, refused, type Prepare } from "./operator.ts";

/** A pattern people can still read; its automaton stays below some 100 kB. */
const patternLengthMax = 1_000;

/**
 * RE2 finds the pattern anywhere in the text (anchor with ^ and $), in time linear in the text. The language's own
 * RegExp would let one pattern stop a server.
 */
const matches: Prepare = (constant) => {
  if (typeof constant !== "string") return refused("needs a pattern as a string");
  if (constant.length > patternLengthMax)
    return refused(`pattern has more than ${patternLengthMax} characters`);
  try {
    const pattern = RE2JS.compile(constant);
    return ready((value) => (typeof value === "string" ? pattern.test(value) : undefined));
  } catch (error) {
    return refused(`not an RE2 pattern: ${error instanceof Error ? error.message : String(error)}`);
  }
};

export const patternOperators = { matches } satisfies Record<string, Prepare>;
