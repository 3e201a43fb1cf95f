import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { readLines } from "./lines.ts";
import { readUnits } from "./read-units.ts";

const id = (name: string): string => name.replaceAll(/\W/g, "_").padEnd(22, "-");
let directory: string;
const file = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
before(() => {
  directory = mkdtempSync(join(tmpdir(), "weir-segments-"));
});
after(() => rmSync(directory, { recursive: true, force: true }));

describe("a file of keys", () => {
  test("is read line by line, with any line end, without blank lines, and each key once", async () => {
    const path = file("keys.txt", "\uFEFFada\r\n\nbob\nada\n  \ncarl");
    const units = await readUnits(path, { unitIdOf: id });
    assert.deepEqual(units, { ids: [id("ada"), id("bob"), id("carl")], repeated: 1 });
  });

  test("of several chunks loses no line and no letter between them", async () => {
    const keys = Array.from({ length: 150_000 }, (_, index) => `schlüssel-${index}`);
    const read: string[] = [];
    for await (const chunk of readLines(file("long.txt", keys.join("\r\n"))))
      read.push(...chunk.map(({ key }) => key));
    assert.deepEqual(read, keys);
  });

  test("may be a column of a CSV file", async () => {
    const path = file("keys.csv", 'id,mail\n1,"a, b"\n2,\n3,c\n');
    const { ids } = await readUnits(path, { column: "mail", unitIdOf: id });
    assert.deepEqual(ids, [id("a, b"), id("c")]);
    await assert.rejects(readUnits(path, { column: "name" }), /has no column name; it has id, mail/);
  });

  test("of unit ids is taken as it is, and a line that is none is named", async () => {
    const good = id("ada");
    assert.deepEqual((await readUnits(file("ids.txt", good), {})).ids, [good]);
    const bad = file("bad.txt", `${good}\n\nsecret`);
    await assert.rejects(readUnits(bad, {}), ({ message }: Error) => {
      assert.match(message, /line 3: is no unit id/);
      assert.doesNotMatch(message, /secret/);
      return true;
    });
  });

  test("that is empty, absent or no text is refused in a sentence", async () => {
    await assert.rejects(readUnits(file("empty.txt", "\n \n"), {}), /names no unit/);
    await assert.rejects(readUnits(join(directory, "absent"), {}), /cannot read .+absent/);
    const long = file("binary", "x".repeat(3_000_000));
    await assert.rejects(readUnits(long, { unitIdOf: id }), /has no lines of text/);
    const key = file("key.txt", "x".repeat(1_025));
    await assert.rejects(readUnits(key, { unitIdOf: id }), /line 1: a key has at most 1024 characters/);
  });
});
