import assert from "node:assert/strict";
import { test } from "node:test";
import { systemRandom } from "./random.ts";

test("the system's chance gives as many bytes as asked for, never the same ones, across its draws", () => {
  const seen = new Set<string>();
  for (let round = 0; round < 3_000; round++) {
    const bytes = 8 + (round % 9);
    const hex = systemRandom.hex(bytes);
    assert.match(hex, /^[0-9a-f]+$/);
    assert.equal(hex.length, bytes * 2);
    seen.add(hex);
  }
  assert.equal(seen.size, 3_000);
  assert.equal(systemRandom.hex(10_000).length, 20_000);
});
