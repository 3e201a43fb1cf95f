import assert from "node:assert/strict";
import { test } from "node:test";
import { distributionOf, edgesOf } from "./histogram.ts";

test("bars share their edges, and every value is in one of them or beside them", () => {
  const values = Float64Array.from({ length: 5_000 }, (_, index) => index ** 3);
  const edges = edgesOf(values);
  const found = distributionOf(values, "a", edges);
  assert.equal(edges.length, 41);
  assert.equal(found.counts.reduce((sum, count) => sum + count, 0) + found.below + found.above, 5_000);
  assert.ok(found.below > 0 && found.above > 0);
});

test("values that are all equal are one bar", () => {
  const values = new Float64Array(7).fill(3);
  const found = distributionOf(values, "a", edgesOf(values));
  assert.deepEqual([found.edges, found.counts, found.below, found.above], [[3, 3], [7], 0, 0]);
  assert.deepEqual([found.least, found.most, found.mean], [3, 3, 3]);
});

test("a value on an edge is in the bar that it begins, the last one in the last", () => {
  const found = distributionOf(Float64Array.of(0, 1, 2), "a", [0, 1, 2]);
  assert.deepEqual(found.counts, [1, 2]);
});
