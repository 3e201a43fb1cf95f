import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../protocols/testing/properties.ts";
import { assertClose, expectKind } from "../testing/golden.ts";
import { differenceOfRank } from "./hodges-lehmann.ts";
import { mannWhitney } from "./mann-whitney.ts";

const small = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 5 });

/** U of b among all ways to choose which of the values are b's. */
function enumerated(a: readonly number[], b: readonly number[]): { lower: number; upper: number } {
  const all = [...a, ...b];
  const choices: number[][] = [];
  const choose = (from: number, chosen: number[]): void => {
    if (chosen.length === b.length) choices.push(chosen);
    else for (let index = from; index < all.length; index++) choose(index + 1, [...chosen, index]);
  };
  choose(0, []);
  const u = (chosen: readonly number[]): number => {
    let sum = 0;
    for (const index of chosen)
      for (const [other, x] of all.entries()) {
        if (chosen.includes(other)) continue;
        const y = all[index] ?? 0;
        sum += y > x ? 1 : y === x ? 0.5 : 0;
      }
    return sum;
  };
  const seen = u(Array.from({ length: b.length }, (_, index) => a.length + index));
  const sums = choices.map(u);
  return {
    lower: sums.filter((sum) => sum <= seen).length / sums.length,
    upper: sums.filter((sum) => sum >= seen).length / sums.length,
  };
}

test("the exact p counts all choices of ranks, ties included", () => {
  fc.assert(
    fc.property(small, small, (a, b) => {
      const result = mannWhitney(a, b, 0.05);
      if (result.kind !== "tested") return;
      const { lower, upper } = enumerated(a, b);
      assertClose(result.pValue, Math.min(1, 2 * Math.min(lower, upper)), 1e-12, "p");
    }),
    { numRuns: 60 },
  );
});

test("the k-th difference is that of the sorted list of all differences", () => {
  const list = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(list, list, (x, y) => {
      const [a, b] = [Float64Array.from(x).sort(), Float64Array.from(y).sort()];
      const all = Float64Array.from([...b].flatMap((one) => [...a].map((other) => one - other))).sort();
      for (const [index, value] of all.entries())
        assert.equal(differenceOfRank(a, b, index + 1) + 0, value + 0);
    }),
  );
});

test("the shift moves with the variant, and the interval contains it", () => {
  const a = [1.2, 0.4, 2.2, 1.9, 0.1, 1.1, 3.1];
  const result = expectKind(
    mannWhitney(
      a,
      a.map((value) => value + 5),
      0.05,
    ),
    "tested",
  );
  assertClose(result.shift, 5, 1e-12, "shift");
  assert.ok(result.interval !== undefined && result.interval[0] <= 5 && 5 <= result.interval[1]);
  assert.ok(result.pValue < 0.001 && result.pAsymptotic < 0.01);
});

test("two units a group are too few for an interval, not for a p", () => {
  const result = expectKind(mannWhitney([1, 2], [3, 4], 0.05), "tested");
  assert.equal(result.interval, undefined);
  assertClose(result.pValue, 1 / 3, 1e-12, "p");
});

test("large groups go by the normal distribution", () => {
  const a = Array.from({ length: 60 }, (_, index) => index);
  assert.equal(expectKind(mannWhitney(a, a, 0.05), "tested").method, "asymptotic");
});

test("all equal, nobody, and not a number are reasons", () => {
  assert.deepEqual(mannWhitney([2, 2], [2, 2, 2], 0.05), { kind: "no_variance", difference: 0 });
  assert.equal(mannWhitney([], [1], 0.05).kind, "too_few_units");
  assert.equal(mannWhitney([1, Number.NaN], [1], 0.05).kind, "not_finite");
  assert.equal(mannWhitney([1, 2], [1], 2).kind, "alpha_out_of_range");
});
