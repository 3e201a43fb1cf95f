import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../protocols/testing/properties.ts";
import { proportion } from "../testing/arbitraries.ts";
import { assertClose } from "../testing/golden.ts";
import { agrestiCaffo, clopperPearson, scoreDifference, waldDifference } from "./proportion-intervals.ts";

// Constrained likelihood maximised numerically, interval by root finding (scipy 1.17, Miettinen and Nurminen's factor).
const scoreReference = [
  { a: [14, 28], b: [16, 30], interval: [-0.21980700522, 0.28250463438] },
  { a: [1_000, 10_000], b: [1_500, 10_000], interval: [0.0408707809285, 0.0591595872916] },
] as const;

test("the score interval is that of the constrained likelihood", () => {
  for (const { a, b, interval } of scoreReference) {
    const [low, high] = scoreDifference(
      { successes: a[0], count: a[1] },
      { successes: b[0], count: b[1] },
      0.05,
    );
    assertClose(low, interval[0], 1e-8, "low");
    assertClose(high, interval[1], 1e-8, "high");
  }
});

test("score intervals stay within −1 and 1, contain the difference, and turn with the groups", () => {
  fc.assert(
    fc.property(proportion, proportion, (a, b) => {
      const [low, high] = scoreDifference(a, b, 0.05);
      const difference = b.successes / b.count - a.successes / a.count;
      assert.ok(low >= -1 && high <= 1 && low <= difference && difference <= high);
      const [otherLow, otherHigh] = scoreDifference(b, a, 0.05);
      assert.ok(Math.abs(low + otherHigh) < 1e-9 && Math.abs(high + otherLow) < 1e-9);
    }),
    { numRuns: 60 },
  );
});

test("nobody of nobody leaves Wald an empty interval; the score and Agresti-Caffo intervals stay open", () => {
  const [a, b] = [
    { count: 100, successes: 0 },
    { count: 120, successes: 0 },
  ];
  assert.deepEqual(waldDifference(a, b, 0.05), [0, 0]);
  for (const [low, high] of [agrestiCaffo(a, b, 0.05), scoreDifference(a, b, 0.05)])
    assert.ok(low < -0.01 && high > 0.01);
  const all = scoreDifference({ count: 10, successes: 0 }, { count: 10, successes: 10 }, 0.05);
  assert.equal(all[1], 1);
});

test("Clopper and Pearson's tails each hold alpha / 2", () => {
  assert.deepEqual(clopperPearson({ count: 5, successes: 5 }, 0.05)[1], 1);
  assert.deepEqual(clopperPearson({ count: 5, successes: 0 }, 0.05)[0], 0);
  // P(X = 0) = (1 − high)⁵ = 0.025.
  assertClose(clopperPearson({ count: 5, successes: 0 }, 0.05)[1], 1 - 0.025 ** (1 / 5), 1e-12, "high");
});
