import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../protocols/testing/properties.ts";
import { assertClose } from "../testing/golden.ts";
import { adjust, adjustments } from "./adjust.ts";
import { preferentialLevels, rejectedByEvidence } from "./levels.ts";

const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 });

/** Closed testing itself: the largest local p over all subsets that contain a hypothesis. */
function closed(given: readonly number[], local: (subset: readonly number[]) => number): number[] {
  const most = given.map(() => 0);
  for (let mask = 1; mask < 2 ** given.length; mask++) {
    const subset = given.filter((_, index) => (mask >> index) & 1);
    const p = local(subset);
    for (const index of most.keys()) if ((mask >> index) & 1) most[index] = Math.max(most[index] ?? 0, p);
  }
  return most.map((p) => Math.min(1, p));
}

const simes = (subset: readonly number[]): number =>
  Math.min(...subset.toSorted((a, b) => a - b).map((p, rank) => (subset.length * p) / (rank + 1)));
const bonferroni = (subset: readonly number[]): number => Math.min(1, subset.length * Math.min(...subset));

test("Hommel's is closed testing with Simes' test, Holm's with Bonferroni's", () => {
  fc.assert(
    fc.property(pValues, (given) => {
      const [hommel, holm] = [adjust(given, "hommel"), adjust(given, "holm")];
      for (const [index, p] of closed(given, simes).entries())
        assertClose(hommel?.[index], p, 1e-12, "Hommel", 1e-300);
      for (const [index, p] of closed(given, bonferroni).entries())
        assertClose(holm?.[index], p, 1e-12, "Holm", 1e-300);
    }),
  );
});

test("no adjustment makes evidence stronger, turns an order around or leaves [0, 1]", () => {
  fc.assert(
    fc.property(pValues, fc.constantFrom(...adjustments), (given, adjustment) => {
      const adjusted = adjust(given, adjustment) ?? [];
      const order = given.map((_, index) => index).sort((a, b) => (given[a] ?? 0) - (given[b] ?? 0));
      let before = 0;
      for (const index of order) {
        const p = adjusted[index] ?? Number.NaN;
        assert.ok(
          p >= (given[index] ?? 0) * (1 - 1e-12) && p <= 1 && p >= before - 1e-15,
          `${adjustment}: ${p}`,
        );
        before = p;
      }
    }),
  );
});

test("equal values get equal adjusted ones", () => {
  for (const adjustment of adjustments)
    assert.equal(new Set(adjust([0.02, 0.02, 0.02], adjustment)).size, 1, adjustment);
});

test("what is no probability is refused, and an empty family has no answers", () => {
  for (const adjustment of adjustments) {
    assert.equal(adjust([0.1, Number.NaN], adjustment), undefined);
    assert.equal(adjust([1.1], adjustment), undefined);
    assert.deepEqual(adjust([], adjustment), []);
  }
});

test("preferential levels sum to alpha over all comparisons", () => {
  const levels = preferentialLevels(0.05, 0.4, 3, 5);
  assertClose(3 * (levels?.primary ?? 0) + 3 * 4 * (levels?.others ?? 0), 0.05, 1e-14);
  assert.deepEqual(preferentialLevels(0.05, 0.4, 2, 1), { primary: 0.025 });
  assert.equal(preferentialLevels(0.05, 0, 2, 3), undefined);
});

test("e-BH rejects nothing without evidence, and all with enough", () => {
  assert.deepEqual(rejectedByEvidence([1, 1, 1], 0.05), []);
  assert.deepEqual(rejectedByEvidence([20, 20, 20], 0.05), [0, 1, 2]);
  assert.deepEqual(rejectedByEvidence([], 0.05), []);
});
