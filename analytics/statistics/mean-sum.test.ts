import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../protocols/testing/properties.ts";
import { AssertionError } from "../../protocols/assert.ts";
import { MeanSum } from "./mean-sum.ts";
import { amount, meanSummaryOf } from "./testing/arbitraries.ts";
import { assertClose } from "./testing/golden.ts";

test("the moments of four values at 1e9 are exact (pinned: Σx² gives −170.67)", () => {
  assert.deepEqual(meanSummaryOf([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]), {
    kind: "mean",
    count: 4,
    mean: 1e9 + 10,
    squaredDeviations: 90,
  });
});

test("values near 1e15 that differ by units keep their variance to the last digit", () => {
  const values = Array.from({ length: 1_001 }, (_, index) => 1e15 + index);
  assert.equal(meanSummaryOf(values).squaredDeviations, (1_001 * (1_001 ** 2 - 1)) / 12);
});

test("units that grow from 0 to 1e15 leave no trace of the way", () => {
  const sum = new MeanSum();
  const values = Array.from({ length: 1_001 }, (_, index) => 1e15 + index);
  for (const _ of values) sum.add(0);
  for (const value of values) sum.replace(0, value);
  assert.deepEqual(sum.summary(), meanSummaryOf(values));
});

test("replacing and removing give, to the last bit, what recomputing gives", () => {
  const step = fc.tuple(fc.nat(), amount, fc.constantFrom("add", "replace", "remove"));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const sum = new MeanSum();
      const values: number[] = [];
      for (const [pick, value, action] of steps) {
        const index = pick % Math.max(1, values.length);
        const before = values[index];
        if (action === "add" || before === undefined) {
          values.push(value);
          sum.add(value);
        } else if (action === "replace") {
          values[index] = value;
          sum.replace(before, value);
        } else {
          values.splice(index, 1);
          sum.remove(before);
        }
      }
      assert.deepEqual(sum.summary(), meanSummaryOf(values));
    }),
  );
});

test("the moments agree with the two-pass formula", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1 }), (values) => {
      const mean = values.reduce((total, value) => total + value, 0) / values.length;
      const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
      const summary = meanSummaryOf(values);
      assertClose(summary.mean, mean, 0, "mean", 1e-12);
      assertClose(summary.squaredDeviations, squares, 1e-12, "squares", 1e-24);
    }),
  );
});

test("an image, through JSON, continues as the original would", () => {
  fc.assert(
    fc.property(fc.array(amount), fc.array(amount), (before, after) => {
      const sum = new MeanSum();
      for (const value of before) sum.add(value);
      const copy = new MeanSum(JSON.parse(JSON.stringify(sum.image())));
      for (const value of after) copy.add(value);
      assert.deepEqual(copy.summary(), meanSummaryOf([...before, ...after]));
    }),
  );
});

test("a value that no sum can hold is refused before it changes anything", () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1e101]) {
    const sum = new MeanSum();
    assert.throws(() => sum.add(value), AssertionError);
    assert.equal(sum.count, 0);
  }
});
