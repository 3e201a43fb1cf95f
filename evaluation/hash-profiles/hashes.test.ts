import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { fnv1a32 } from "./fnv1a32.ts";
import { md5 } from "./md5.ts";
import { murmur3 } from "./murmur3.ts";
import { sha1 } from "./sha1.ts";

const hex = (words: Readonly<Int32Array>): string =>
  [...words].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");

/** Every length around the ends of blocks, and texts whose bytes are not their characters. */
const texts = [
  ...Array.from({ length: 200 }, (_, length) => "weir-0123456789".repeat(14).slice(0, length)),
  "überprüfung",
  "日本語の文字列",
  "🦫 dam",
  "lone \ud800 surrogate",
  "ż".repeat(5_000),
  "a".repeat(20_000),
];

test("md5 and sha1 equal node's, for every length of the last block and beyond ASCII", () => {
  for (const text of texts) {
    assert.equal(hex(md5(text)), createHash("md5").update(text).digest("hex"), text.slice(0, 40));
    assert.equal(hex(sha1(text)), createHash("sha1").update(text).digest("hex"), text.slice(0, 40));
  }
});

test("murmur3 gives the published vectors of x86_32", () => {
  const vectors: readonly [string, number, number][] = [
    ["", 0, 0],
    ["", 1, 0x514e28b7],
    ["", 0xffffffff, 0x81f16f39],
    ["test", 0, 0xba6bd213],
    ["test", 0x9747b28c, 0x704b81dc],
    ["Hello, world!", 0, 0xc0363e43],
    ["Hello, world!", 0x9747b28c, 0x24884cba],
    ["aaaa", 0x9747b28c, 0x5a97808a],
    ["aaa", 0x9747b28c, 0x283e0130],
    ["aa", 0x9747b28c, 0x5d211726],
    ["a", 0x9747b28c, 0x7fa09ea6],
    ["ππππππππ", 0x9747b28c, 0xd58063c1],
  ];
  for (const [text, seed, expected] of vectors) assert.equal(murmur3(text, seed), expected, text);
});

test("fnv1a32 gives the published vectors, and hashes code units beyond ASCII, not bytes", () => {
  assert.equal(fnv1a32(""), 0x811c9dc5);
  assert.equal(fnv1a32("a"), 0xe40c292c);
  assert.equal(fnv1a32("foobar"), 0xbf9cf968);
  assert.equal(fnv1a32("é"), Math.imul(0x811c9dc5 ^ 0xe9, 0x01000193) >>> 0);
});
