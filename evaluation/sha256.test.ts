import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { fc } from "../protocols/testing/properties.ts";
import { absorb, sha256, sha256Head } from "./sha256.ts";
import { compress } from "./sha256-compress.ts";

const reference = (text: string): Buffer => createHash("sha256").update(text, "utf8").digest();

test("every length around the borders of blocks has node:crypto's digest", () => {
  for (let length = 0; length <= 260; length++) {
    const text = "abcdefghij".repeat(26).slice(0, length);
    assert.deepEqual(Buffer.from(sha256(text)), reference(text), `length ${length}`);
    assert.equal(sha256Head(text), reference(text).readUInt32BE());
  }
});

test("any text has node:crypto's digest: non-ASCII, late non-ASCII, lone surrogates", () => {
  const text = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.string({ unit: "binary", maxLength: 300 }),
    fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 200 })
      .map((codes) => String.fromCharCode(...codes)),
    fc
      .tuple(fc.string({ maxLength: 130 }), fc.constantFrom("é", "\u0080", "日", "🚦", "\ud800"))
      .map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, (each) => assert.deepEqual(Buffer.from(sha256(each)), reference(each))),
    { numRuns: 2_000 },
  );
});

test("one text's hash leaves nothing behind for the next", () => {
  const before = sha256Head("a");
  sha256("é".repeat(500));
  assert.equal(sha256Head("a"), before);
});

test("absorb stops at the last whole block, and compress goes on from there", () => {
  const state = absorb(Buffer.from("x".repeat(64)));
  const padding = new Int32Array(16);
  padding[0] = 0x80 << 24;
  padding[15] = 512;
  compress(state, padding);
  assert.equal((state[0] ?? 0) >>> 0, reference("x".repeat(64)).readUInt32BE());
  assert.deepEqual(absorb(Buffer.from("x".repeat(70))), absorb(Buffer.from("x".repeat(64))));
});
