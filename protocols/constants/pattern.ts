import { RE2JS } from "re2js";

// RE2 finds a pattern anywhere in a text (anchor with ^ and $), in time linear in the text. The language's own RegExp
// would let one pattern stop a server.

/** A pattern people can still read. */
const patternLengthMax = 1_000;
/**
 * Steps of the automaton: counted repetition can make thousands of a few characters. At worst each character of the text
 * visits each step, at some 14 ns: with matchedTextLengthMax that is 9 ms.
 */
const patternSizeMax = 600;
/**
 * A longer text has the wrong type for `matches`. An ordinary pattern takes 10 to 40 ns a character, the worst that is
 * let through 8 µs.
 */
export const matchedTextLengthMax = 1_024;

export type CompiledPattern =
  | { readonly ok: true; readonly size: number; readonly test: (text: string) => boolean }
  | { readonly ok: false; readonly message: string };

export function compilePattern(text: string): CompiledPattern {
  const refused = (message: string): CompiledPattern => ({ ok: false, message });
  if (text.length > patternLengthMax) return refused(`pattern has more than ${patternLengthMax} characters`);
  try {
    const pattern = RE2JS.compile(text);
    const size = pattern.programSize();
    if (size > patternSizeMax)
      return refused(`pattern makes an automaton of more than ${patternSizeMax} steps`);
    return { ok: true, size, test: (value) => pattern.test(value) };
  } catch (error) {
    return refused(`not an RE2 pattern: ${error instanceof Error ? error.message : String(error)}`);
  }
}
