import assert from "node:assert/strict";
import { test } from "node:test";
import { commonPatternProblem } from "./common-pattern.ts";

const accepted = [
  "",
  "a|b|",
  "^/products/\\d{1,6}(?:/reviews)?$",
  "(?i)^chrome [0-9.]+$",
  "(?i:go)ld|(?-s:.)(?ms)^x$",
  "[[:alpha:]_-]+\\.[a-z]{2,}?",
  "[^\\x{100}-\\x{10FFFF}]é😀\\x{1F600}",
  "\\A\\bword\\b\\z",
  "[^\\]\\[\\-^]*",
  "^[+-]?[(*.?{}|$)]",
  "[\\[][\\[^][-a][a-]",
  "(?:a{10}){50}",
  "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
];
for (const pattern of accepted)
  test(`${JSON.stringify(pattern)} is read alike`, () =>
    assert.equal(commonPatternProblem(pattern), undefined));

const refused: Readonly<Record<string, RegExp>> = {
  "a(": /not an RE2 pattern/,
  "(?=a)": /not an RE2 pattern/,
  "\\p{Greek}": /read otherwise, at \\p\{Gree/,
  "\\PL": /read otherwise/,
  "\\Q.\\E": /read otherwise/,
  "a\\B": /read otherwise, at \\B/,
  "(?P<name>a)": /read otherwise/,
  "(?U)a+": /read otherwise/,
  "[]a]": /read otherwise/,
  "[\\b]": /not an RE2 pattern/,
  "[^]a]": /read otherwise/,
  "[a-c-e]": /hyphen within a class/,
  "a{,3}": /read otherwise, at \{,3/,
  "a}": /read otherwise, at \}/,
  "^*": /repeats a repetition, or nothing/,
  "(|*a)": /not an RE2 pattern/,
  "(?i)é": /\(\?i\) is for patterns in ASCII/,
  "(?i)[\\x{80}-\\x{10FFFF}]": /\(\?i\) is for patterns in ASCII/,
  "[\\x{100}-\\x{E000}]": /does not tell apart/,
  "\\x{D800}": /does not tell apart/,
  "\\x{FFFD}": /does not tell apart/,
  "[éëüöä-ïñõ-ûЀ-аа-яא-ת一-龯ぁ-ん]{590}": /too many repetitions of too rich a class/,
};
for (const [pattern, message] of Object.entries(refused))
  test(`${JSON.stringify(pattern)} is refused with a reason`, () =>
    assert.match(commonPatternProblem(pattern) ?? "", message));
