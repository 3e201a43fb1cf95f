import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { fc } from "../protocols/testing/properties.ts";
import { UnitId } from "../protocols/ids.ts";
import { unitIdOf } from "./unit.ts";

test("a unit id is the first 22 characters of the digest in base64url", () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: "binary" }), (salt, rawKey) => {
      const digest = createHash("sha256").update(`${salt}:user:${rawKey}`).digest("base64url");
      assert.equal(unitIdOf(salt, "user", rawKey), digest.slice(0, 22));
    }),
    { numRuns: 1_000 },
  );
});

test("a unit id satisfies the protocol's schema", () => {
  for (let index = 0; index < 1_000; index++) UnitId.parse(unitIdOf("salt", "user", String(index)));
});

test("unit types and environments have different pseudonyms for one raw key", () => {
  const ids = [unitIdOf("a", "user", "1"), unitIdOf("a", "device", "1"), unitIdOf("b", "user", "1")];
  assert.equal(new Set(ids).size, 3);
});
