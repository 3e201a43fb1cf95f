import assert from "node:assert/strict";
import { test } from "node:test";
import { commonPatternProblem } from "../../../protocols/constants/common-pattern.ts";
import { compilePattern } from "../../../protocols/constants/pattern.ts";
import { fc } from "../../../protocols/testing/properties.ts";
import { metadataText } from "../../sink/metadata-text.ts";
import { warehouseHere } from "../../testing/warehouse-here.ts";
import { Binder } from "../binder.ts";
import { filterSql } from "../filter.ts";

// Any pattern that is let in means to ClickHouse what it means to us. WEIR_PATTERN_ROUNDS runs more of it.

const rounds = Number(process.env["WEIR_PATTERN_ROUNDS"] ?? 12);
const patternsOfRound = 25;
/** As many as an address of a request holds. */
const textsOfRound = 60;

const signs = "a b K k s S é 😀 1 _ ß ſ \u212a İ . - | ^ $ [ ] ( ) { } \\".split(" ");
const literal = fc.constantFrom(
  ..."a b K k s S é 😀 1 _ - ß İ : = ! ~ \\n \\. \\\\ \\x41 \\x{1F600} \\- \\t \\/".split(" "),
  " ",
  "\n",
  "\0",
  "\u2028",
);
const part = fc.constantFrom(
  ..."\\d \\D \\w \\W \\s \\S [:alpha:] [:^alpha:] [:word:] [:punct:] [:^lower:] a-z 0-9 é-ü k 😀 ^ \\] \\- !-~ \\n . $ | + ( ) * ? { }".split(
    " ",
  ),
  "\\x{100}-\\x{10FFFF}",
  "\\x00-\\x7f",
);
const characters = fc
  .tuple(fc.constantFrom("", "^"), fc.array(part, { minLength: 1, maxLength: 3 }))
  .map(([not, parts]) => `[${not}${parts.join("")}]`);
const many = fc.constantFrom("", "", "", "", ..."* + ? {2} {1,3} {0,} {2,}? *? ?? +? {0} {12}".split(" "));
const { pattern } = fc.letrec<{ pattern: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    { depthSize: "small" },
    literal,
    literal,
    fc.constantFrom(..."^ $ . \\b \\A \\z \\d \\D \\w \\W \\s \\S".split(" ")),
    characters,
    fc
      .tuple(fc.constantFrom("", ..."?: ?i: ?s: ?m: ?-s: ?im-s:".split(" ")), tie("pattern"))
      .map(([kind, inner]) => `(${kind}${inner})`),
  ),
  pattern: fc
    .array(
      fc.array(
        fc.tuple(tie("atom"), many).map(([one, times]) => one + times),
        { maxLength: 3 },
      ),
      {
        minLength: 1,
        maxLength: 2,
      },
    )
    .map((branches) => branches.map((all) => all.join("")).join("|")),
}));
const whole = fc
  .tuple(fc.constantFrom("", "", "", "(?i)", "(?s)", "(?m)"), pattern)
  .map(([flags, rest]) => flags + rest)
  .filter((each) => commonPatternProblem(each) === undefined);
const text = fc
  .array(fc.constantFrom(...signs, " ", "\n", "\r", "\0", "\u2028", "\ufffd", "\ud800"), { maxLength: 6 })
  .map((all) => all.join(""));

const temporary = await warehouseHere();

test("a pattern that is let in matches the same texts in ClickHouse as in the fold", async () => {
  const sample = fc.sample(
    fc.tuple(
      fc.array(whole, { minLength: patternsOfRound, maxLength: patternsOfRound }),
      fc.array(text, { minLength: textsOfRound, maxLength: textsOfRound }),
    ),
    rounds,
  );
  let [matched, not] = [0, 0];
  for (const [patterns, texts] of sample) {
    const binder = new Binder();
    const list = binder.bind(
      texts.map((each) => metadataText({ p: each })),
      "Array(String)",
    );
    const columns = patterns.map((value, index) => {
      const sql = filterSql({ attribute: "p", op: "matches", value }, "metadata", binder);
      return `groupArray(${sql}) AS c${index}`;
    });
    const answer = await temporary.warehouse.query<Readonly<Record<string, readonly number[]>>>(
      `SELECT ${columns.join(", ")} FROM (SELECT arrayJoin(${list}) AS metadata)`,
      binder.parameters,
    );
    assert.ok(answer.ok, JSON.stringify(answer));
    for (const [index, each] of patterns.entries()) {
      const compiled = compilePattern(each);
      assert.ok(compiled.ok);
      const found: readonly number[] = answer.value[0]?.[`c${index}`] ?? [];
      for (const [place, of] of texts.entries()) {
        const ours: boolean = compiled.test(of);
        assert.equal(Boolean(found[place]), ours, `${JSON.stringify(each)} on ${JSON.stringify(of)}`);
        if (ours) matched++;
        else not++;
      }
    }
  }
  assert.ok(matched > 100 && not > 100, `${matched} matched, ${not} did not`);
});
