import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { fc } from "../protocols/testing/properties.ts";
import * as protocol from "../protocols/flag.ts";
import {
  allocationSalt,
  bucketCount,
  bucketOf,
  holdoutSalt,
  layerSalt,
  namedSalt,
  splitSalt,
  variantSalt,
} from "./bucket.ts";
import { PreloadedSalt } from "./preloaded-salt.ts";
import { Shares, spansOf } from "./shares.ts";
import { seeded, unit } from "./testing.ts";

/** The place of a unit's part among weighted parts; −1 when its bucket is nobody's. */
const chooser = (salt: string, parts: readonly { readonly weight: number }[]) => {
  const shares = new Shares(spansOf(parts));
  const preloaded = new PreloadedSalt(salt);
  return (id: string): number => shares.ownerOf(preloaded.bucketOf(id));
};
const units = Array.from({ length: 50_000 }, (_, index) => unit(index));
const bucketsOf = (salt: string): number[] => {
  const preloaded = new PreloadedSalt(salt);
  return units.map((each) => preloaded.bucketOf(each));
};

/** Wilson-Hilferty: a chi-square of many degrees of freedom as a standard normal. */
const normalOf = (chiSquare: number, freedom: number): number =>
  (Math.cbrt(chiSquare / freedom) - (1 - 2 / (9 * freedom))) / Math.sqrt(2 / (9 * freedom));

function chiSquareOf(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

test("there are as many buckets as the protocol says", () => assert.equal(bucketCount, protocol.bucketCount));

test("a preloaded salt gives the bucket of SHA-256 by node:crypto, for salts and unit ids of any length", () => {
  const text = fc.oneof(fc.string({ maxLength: 150 }), fc.string({ unit: "binary", maxLength: 60 }));
  const ids = fc.oneof(
    fc.constantFrom(...units.slice(0, 50)),
    fc.string({ minLength: 22, maxLength: 22, unit: "binary-ascii" }),
    text,
  );
  fc.assert(
    fc.property(text, ids, ids, (salt, first, second) => {
      const preloaded = new PreloadedSalt(salt);
      for (const id of [first, second, first]) {
        const wanted = createHash("sha256").update(`${salt}:${id}`).digest().readUInt32BE() % 10_000;
        assert.equal(preloaded.bucketOf(id), wanted);
        assert.equal(bucketOf(salt, id), wanted);
      }
    }),
    seeded(2_000),
  );
});

test("buckets are uniform: chi-square over 100 cells, five salts, within 4 standard deviations", () => {
  for (const salt of ["env:a", "env:b", "env:checkout:allocation", "env:checkout:variant", "x"]) {
    const counts = Array.from({ length: 100 }, () => 0);
    for (const bucket of bucketsOf(salt))
      counts[Math.floor(bucket / 100)] = (counts[Math.floor(bucket / 100)] ?? 0) + 1;
    assert.ok(Math.abs(normalOf(chiSquareOf(counts), 99)) < 4, salt);
  }
});

test("buckets of any two of a key's salts are independent: chi-square of a 10 × 10 table", () => {
  const named = { key: "checkout" };
  const salts = [
    splitSalt("env", named),
    allocationSalt("env", named),
    variantSalt("env", named),
    layerSalt("env", named),
    holdoutSalt("env", named),
    namedSalt("env", "pilot"),
  ];
  const buckets = salts.map(bucketsOf);
  for (const [index, one] of buckets.entries())
    for (const [place, other] of buckets.entries()) {
      if (place <= index) continue;
      const counts = Array.from({ length: 100 }, () => 0);
      for (const [at, bucket] of one.entries()) {
        const cell = Math.floor(bucket / 1_000) * 10 + Math.floor((other[at] ?? 0) / 1_000);
        counts[cell] = (counts[cell] ?? 0) + 1;
      }
      const deviation = Math.abs(normalOf(chiSquareOf(counts), 99));
      assert.ok(deviation < 4, `${salts[index] ?? ""} and ${salts[place] ?? ""}`);
    }
});

test("the salts of one key differ, and an own salt replaces the key in each", () => {
  const salts = [
    splitSalt("e", { key: "k" }),
    allocationSalt("e", { key: "k" }),
    variantSalt("e", { key: "k" }),
    layerSalt("e", { key: "k" }),
    holdoutSalt("e", { key: "k" }),
  ];
  assert.deepEqual(salts, ["e:k", "e:k:allocation", "e:k:variant", "e:k:layer", "e:k:holdout"]);
  assert.equal(splitSalt("e", { key: "k", salt: "s" }), "e:s");
  assert.equal(variantSalt("e", { key: "k", salt: "s" }), "e:s:variant");
});

test("weights that sum to 10 000 give every bucket exactly one part, in its share", () => {
  const cuts = fc.uniqueArray(fc.integer({ min: 0, max: 10_000 }), { maxLength: 20 });
  fc.assert(
    fc.property(cuts, (inner) => {
      const borders = [0, ...inner.toSorted((a, b) => a - b), 10_000];
      const parts = borders.slice(1).map((border, index) => ({ weight: border - (borders[index] ?? 0) }));
      const choose = chooser("env:partition", parts);
      for (const id of units.slice(0, 200)) {
        const bucket = bucketOf("env:partition", id);
        assert.equal(
          choose(id),
          borders.slice(1).findIndex((border) => bucket < border),
        );
      }
    }),
    seeded(50),
  );
});

test("widening the first part never takes a unit out of it", () => {
  let inside = new Set<string>();
  for (let weight = 0; weight <= 10_000; weight += 500) {
    const choose = chooser("env:ramp", [{ weight }, { weight: 10_000 - weight }]);
    const now = new Set<string>(units.slice(0, 2_000).filter((id) => choose(id) === 0));
    assert.ok(
      [...inside].every((id) => now.has(id)),
      `at ${weight}`,
    );
    inside = now;
  }
  assert.equal(inside.size, 2_000);
});

test("weights that leave buckets over choose nobody there", () => {
  const choose = chooser("env:short", [{ weight: 0 }]);
  assert.equal(choose(unit(1)), -1);
});
