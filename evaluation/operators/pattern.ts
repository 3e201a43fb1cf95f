import { RE2JS } from "re2js";
import { matchedTextLengthMax } from "../bounds.ts";
import { ready, refused, type Prepare } from "./operator.ts";

/** A pattern people can still read. */
const patternLengthMax = 1_000;
/**
 * Steps of the automaton: counted repetition can make thousands of a few characters. At worst each character of the text
 * visits each step, at some 14 ns: with matchedTextLengthMax that is 9 ms.
 */
const patternSizeMax = 600;

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
    if (pattern.programSize() > patternSizeMax)
      return refused(`pattern makes an automaton of more than ${patternSizeMax} steps`);
    return ready((value) =>
      typeof value === "string" && value.length <= matchedTextLengthMax ? pattern.test(value) : undefined,
    );
  } catch (error) {
    return refused(`not an RE2 pattern: ${error instanceof Error ? error.message : String(error)}`);
  }
};

export const patternOperators = { matches } satisfies Record<string, Prepare>;
