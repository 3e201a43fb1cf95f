import assert from "node:assert/strict";
import { test } from "node:test";
import { commandSubject, escapeKey, fnv1a, parseCommandSubject, shardOf, unescapeKey } from "./address.ts";

test("a key survives its escape, which is one legal token", () => {
  for (const key of ["a", "prod/7", "a.b.c", "*>", "a b", "ü/€", "=2E", "x=y", "%41", "A_-9"]) {
    assert.match(escapeKey(key), /^[A-Za-z0-9_=-]+$/);
    assert.equal(unescapeKey(escapeKey(key)), key);
  }
});

test("different keys have different escapes", () => {
  const keys = ["a.b", "a/b", "a=2Eb", "a=2Fb", "a b", "a=20b"];
  assert.equal(new Set(keys.map(escapeKey)).size, keys.length);
});

test("a command subject reads back, and others' subjects are nobody", () => {
  const address = { kind: "partition", key: "prod.eu/7" };
  assert.deepEqual(parseCommandSubject(commandSubject(address)), address);
  for (const subject of ["cmd.1.a", "cmd.1.a.b.c", "log.1.a.b", "cmd.1.a.=ZZ"]) {
    assert.equal(parseCommandSubject(subject), undefined);
  }
});

const ofBytes = (bytes: readonly number[]): number =>
  bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193), 0x811c9dc5) >>> 0;

test("FNV-1a has the published values, so a shard is the same everywhere", () => {
  assert.equal(fnv1a(""), 0x811c9dc5);
  assert.equal(fnv1a("a"), 0xe40c292c);
  assert.equal(fnv1a("foobar"), 0xbf9cf968);
  assert.equal(fnv1a("aü€"), ofBytes([0x61, 0xc3, 0xbc, 0xe2, 0x82, 0xac])); // its UTF-8
  assert.equal(shardOf({ kind: "foo", key: "bar" }), fnv1a("foo/bar") % 64);
});

test("a kind that would break a subject is a defect", () => {
  assert.throws(() => commandSubject({ kind: "a.b", key: "x" }), /kind/);
  assert.throws(() => commandSubject({ kind: "a", key: "" }), /key/);
});
