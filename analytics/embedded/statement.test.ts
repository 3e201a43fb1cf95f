import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../protocols/testing/properties.ts";
import { bindParameters, quote } from "./parameters.ts";
import { engineSettings, withSettings } from "./settings.ts";
import { readStatement } from "./statement.ts";

const settings = new Map([["max_threads", "2"]]);
const settled = (sql: string): string =>
  withSettings(readStatement(sql), readStatement(sql).text, settings, "TSV");

for (const [name, sql, expected] of [
  ["in a string", "SELECT '{a:String}'", []],
  ["after an escaped quote", "SELECT 'it\\'s {a:String}', {b:String}", ["b"]],
  ["after a doubled quote", "SELECT 'it''s {a:String}', {b:String}", ["b"]],
  ["in a quoted name", 'SELECT `{a:String}`, "{b:String}"', []],
  ["in comments", "SELECT 1 -- {a:String}\n /* {b:String} */ + {c:UInt8} # {d:String}", ["c"]],
  ["in a map literal", "SELECT {'a': {b:UInt8}}", ["b"]],
] as const) {
  test(`placeholders ${name} are seen as what they are`, () => {
    assert.deepEqual(
      readStatement(sql).placeholders.map((placeholder) => placeholder.name),
      expected,
    );
  });
}

test("only what follows a semicolon outside quotes is a second statement", () => {
  assert.equal(readStatement("SELECT ';' ; -- the end\n ;").hasFollower, false);
  assert.equal(readStatement("SELECT 1; SELECT 2").hasFollower, true);
});

test("settings go where each statement takes them", () => {
  assert.equal(
    settled("SELECT 1 SETTINGS a = 1"),
    "SELECT 1 SETTINGS a = 1\nFORMAT TSV\nSETTINGS max_threads='2'",
  );
  assert.equal(settled("SELECT 1 FORMAT JSON;"), "SELECT 1 FORMAT JSON\nSETTINGS max_threads='2'");
  assert.equal(
    settled("INSERT INTO a.t (x) SELECT 1"),
    "INSERT INTO a.t (x) SETTINGS max_threads='2' SELECT 1",
  );
  assert.equal(
    settled("CREATE TABLE t (x Int8) ENGINE = Memory"),
    "CREATE TABLE t (x Int8) ENGINE = Memory\nFORMAT Null SETTINGS max_threads='2'",
  );
});

test("a setting's name cannot carry a statement", () => {
  assert.throws(() => engineSettings([["a=1; DROP TABLE t; --", "1"]]), { code: 36 });
});

test("whatever a value holds, it stays inside its literal", () => {
  const texts = fc.string({
    unit: fc.constantFrom("'", "\\", "`", '"', "\0", "\n", "-", "{", "}", ";", "a", "n", "0"),
  });
  fc.assert(
    fc.property(texts, (text) => {
      const literal = quote(text);
      // Lexed again, the literal is one token: what follows it is still seen.
      const after = readStatement(`SELECT ${literal} {p:String}`);
      assert.deepEqual(
        after.placeholders.map(({ name }) => name),
        ["p"],
      );
      const bound = bindParameters(
        readStatement("SELECT {v:String}, {w:UInt8}"),
        new Map([
          ["v", text],
          ["w", "1"],
        ]),
      );
      assert.equal(readStatement(bound).hasFollower, false);
      assert.ok(bound.endsWith(", _CAST('1', 'UInt8')"));
    }),
  );
});
