import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../protocols/testing/properties.ts";
import type { VariantRange } from "../protocols/experiment.ts";
import { rangesAfter } from "./ranges.ts";
import { spansOf } from "./shares.ts";
import { seeded } from "./testing.ts";

interface Weighted {
  readonly key: string;
  readonly weight: number;
}

/** Weights that sum to 10 000 for some of ten keys, in any order. */
const weights: fc.Arbitrary<Weighted[]> = fc
  .uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"), {
    minLength: 1,
    maxLength: 10,
  })
  .chain((keys) =>
    fc
      .array(fc.integer({ min: 0, max: 10_000 }), { minLength: keys.length - 1, maxLength: keys.length - 1 })
      .map((cuts) => {
        const borders = [0, ...cuts.sort((a, b) => a - b), 10_000];
        return keys.map((key, index) => ({
          key,
          weight: (borders[index + 1] ?? 0) - (borders[index] ?? 0),
        }));
      }),
  );

/** The key that owns each bucket. */
function ownersOf(ranges: readonly VariantRange[], variants: readonly Weighted[]): string[] {
  const owners = Array.from({ length: 10_000 }, () => "");
  for (const { from, to, variant } of ranges)
    for (let bucket = from; bucket < to; bucket++) {
      assert.equal(owners[bucket], "", `bucket ${bucket} has two owners`);
      owners[bucket] = variants[variant]?.key ?? "";
    }
  return owners;
}

const endToEnd = (variants: readonly Weighted[]): VariantRange[] =>
  spansOf(variants).map(({ from, to, place }) => ({ from, to, variant: place }));

test("a change of weights moves exactly the buckets that variants gain, which is the least there is", () => {
  fc.assert(
    fc.property(fc.array(weights, { minLength: 2, maxLength: 12 }), (history) => {
      const [first = [], ...changes] = history;
      let variants = first;
      let ranges: VariantRange[] | undefined;
      for (const next of changes) {
        const owners = ownersOf(ranges ?? endToEnd(variants), variants);
        const after = rangesAfter(ranges, variants, next);
        const now = ownersOf(after, next);
        for (const { key, weight } of next)
          assert.equal(now.filter((owner) => owner === key).length, weight, "each variant gets its weight");
        const gained = next.reduce((sum, { key, weight }) => {
          const had = variants.find((variant) => variant.key === key)?.weight ?? 0;
          return sum + Math.max(0, weight - had);
        }, 0);
        assert.equal(now.filter((owner, bucket) => owner !== owners[bucket]).length, gained);
        assert.ok(after.length <= 1_000);
        [variants, ranges] = [next, after];
      }
    }),
    seeded(50),
  );
});

test("the same weights keep the same ranges, and the order of variants does not matter", () => {
  const before = [
    { key: "a", weight: 5_000 },
    { key: "b", weight: 5_000 },
  ];
  assert.deepEqual(rangesAfter(undefined, before, before), endToEnd(before));
  assert.deepEqual(rangesAfter(undefined, before, before.toReversed()), [
    { from: 0, to: 5_000, variant: 1 },
    { from: 5_000, to: 10_000, variant: 0 },
  ]);
});

test("a hundred changes of weights leave few ranges", () => {
  let variants = [
    { key: "a", weight: 5_000 },
    { key: "b", weight: 3_000 },
    { key: "c", weight: 2_000 },
  ];
  let ranges: VariantRange[] | undefined;
  for (let change = 0; change < 100; change++) {
    const first = (change * 7_919) % 9_000;
    const second = (change * 104_729) % (10_000 - first);
    const next = [
      { key: "a", weight: first },
      { key: "b", weight: second },
      { key: "c", weight: 10_000 - first - second },
    ];
    ranges = rangesAfter(ranges, variants, next);
    variants = next;
  }
  assert.ok((ranges?.length ?? 0) < 60, `${ranges?.length ?? 0} ranges`);
});
