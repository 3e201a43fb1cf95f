import assert from "node:assert/strict";
import { test } from "node:test";
import { metadataText } from "./metadata-text.ts";

test("properties are written as JSON, and none as nothing", () => {
  assert.equal(metadataText(undefined), "");
  const plain = { a: "é😀", b: [1, null, true], c: { d: -0.5 }, "e\u0000": 1e300 };
  assert.equal(metadataText(plain), JSON.stringify(plain));
});

test("whole numbers of more than 64 bits are written with an exponent and stay the same number", () => {
  for (const number of [2 ** 63, -(2 ** 63), 123_456_789_012_345_680_000, 2 ** 64]) {
    const text = metadataText({ a: [number] });
    assert.match(text, /e\+/);
    assert.deepEqual(JSON.parse(text), { a: [number] });
  }
  assert.equal(metadataText({ a: 2 ** 62 }), JSON.stringify({ a: 2 ** 62 }));
});

test("half a surrogate pair becomes U+FFFD, in names as well", () => {
  assert.equal(metadataText({ "a\ud800": "x\udc00y" }), '{"a\ufffd":"x\ufffdy"}');
});
