import assert from "node:assert/strict";
import { test } from "node:test";
import { differencesIn } from "./sum-differences.ts";

const summary = (units: number, sum: string) => ({
  variants: [
    { key: "control", units: 5, metrics: [{ metric: "spend", sum: "1" }] },
    { key: "red", units, metrics: [{ metric: "spend", sum }] },
  ],
  crossovers: 0,
});

test("what differs is named by its path, with both values; what is the same is not", () => {
  assert.deepEqual([...differencesIn(summary(4, "2"), summary(4, "2"))], []);
  assert.deepEqual(
    [...differencesIn(summary(4, "2"), summary(3, "2.5"))],
    [
      { path: "variants.red.units", before: 4, after: 3 },
      { path: "variants.red.metrics.spend.sum", before: "2", after: "2.5" },
    ],
  );
});

test("what is there on one side only differs as a whole", () => {
  assert.deepEqual(
    [...differencesIn(null, { crossovers: 0 })],
    [{ path: "", before: null, after: { crossovers: 0 } }],
  );
  assert.deepEqual(
    [...differencesIn({ a: 1 }, { a: 1, bots: 2 })],
    [{ path: "bots", before: undefined, after: 2 }],
  );
});
