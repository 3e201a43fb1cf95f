import assert from "node:assert/strict";
import { test } from "node:test";
import { matrixOf, rowsOf, type Results } from "./table.ts";

const results: Results = {
  a: { bare: [200, 100, 210], weir: [180, 90, 168], unleash: [10, 5, 11], flagd: [20, 9, 24] },
  b: { bare: [4, 4, 4], weir: [3, 3, 3], unleash: [2, 2, 2] },
};

test("a contestant has a line and a case two columns: the rate, and how many times as fast Weir is", () => {
  assert.deepEqual(
    matrixOf(results).map((line) => line.replaceAll(/ +/g, " ")),
    [
      "decisions/CPU-s a Weir ÷ b Weir ÷",
      "bare recipe, SHA-256 200 0.900 × 4.00 0.750 ×",
      "Weir 168 3.00",
      "@openfeature/flagd-core 4.0.1 20.0 9.00 × –",
      "unleash-client 6.12.1 10.0 18.0 × 2.00 1.50 ×",
      "Weir ÷ bare recipe, SHA-256 0.900 ≥ 0.8 met 0.750 ≥ 0.8 MISSED",
      "Weir ÷ fastest peer 9.00 ≥ 3 met 1.50 ≥ 3 MISSED",
    ],
  );
});

test("ratios are the middle of the rounds', and goals are held against the bare recipe and the fastest peer", () => {
  const judged = rowsOf(results).filter(({ goal }) => goal !== undefined);
  assert.deepEqual(
    judged.map((row) => [row.case, row.against, row.ratio, row.goal?.met]),
    [
      ["a Weir", "a bare recipe, SHA-256", 0.9, true],
      ["a Weir", "a @openfeature/flagd-core 4.0.1", 9, true],
      ["b Weir", "b bare recipe, SHA-256", 0.75, false],
      ["b Weir", "b unleash-client 6.12.1", 1.5, false],
    ],
  );
});

test("without any peer Weir is held against the bare recipe alone", () => {
  assert.equal(rowsOf({ c: { bare: [2], weir: [2] } }).filter(({ goal }) => goal !== undefined).length, 1);
  assert.match(matrixOf({ c: { bare: [2], weir: [2] } }).at(-1) ?? "", /fastest peer +–$/);
});
