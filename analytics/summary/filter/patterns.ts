import { matchedTextLengthMax } from "../../../protocols/constants/pattern.ts";
import type { Binder } from "../binder.ts";
import type { PropertySql } from "../property.ts";
import type { Test } from "./test.ts";

// Patterns, of the notations that both engines read alike (protocols/constants/common-pattern.ts).

/**
 * ClickHouse's dot takes line breaks unless it is told not to. Before it asks RE2 it looks for a text that the pattern
 * needs, and takes parts for needed that are not, as in `é?` or `a{0}`; with an alternative that holds for nothing it finds none.
 */
const engineForm = (pattern: string): string => `(?-s)(?:${pattern})|[^\\x{0}-\\x{10FFFF}]`;

export function patternTest(pattern: string, { isText, text }: PropertySql, binder: Binder): Test {
  return {
    isFit: `${isText} AND ${isShort(text, binder)}`,
    holds: `match(${text}, ${binder.bind(engineForm(pattern), "String")})`,
  };
}

/** Length is counted in UTF-16: characters of the higher planes are two. */
function isShort(text: string, binder: Binder): string {
  const higher = binder.bind("[\\x{10000}-\\x{10FFFF}]", "String");
  const max = matchedTextLengthMax;
  return `(length(${text}) <= ${max} OR lengthUTF8(${text}) + countMatches(${text}, ${higher}) <= ${max})`;
}
