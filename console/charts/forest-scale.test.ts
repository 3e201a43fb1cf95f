import assert from "node:assert/strict";
import { test } from "node:test";
import { comparisonOf } from "../testing/fixtures.ts";
import { forestScale } from "./forest-scale.ts";

const rows = (...intervals: [number, number][]) =>
  intervals.map((interval) => comparisonOf("b", "m", interval));

test("zero is in the middle, whatever the intervals", () => {
  assert.equal(forestScale(rows([0.1, 0.3])).at(0), 50);
  assert.equal(forestScale([]).at(0), 50);
});

test("the bound is a round number that holds for nearby intervals too", () => {
  assert.equal(forestScale(rows([-0.03, 0.083])).bound, 0.1);
  assert.equal(forestScale(rows([-0.03, 0.091])).bound, 0.1);
});

test("one wild interval does not flatten the others, and is cut at the edge", () => {
  const scale = forestScale(rows([-0.02, 0.04], [-0.01, 0.05], [-90, 90]));
  assert.ok(scale.bound <= 0.2);
  assert.equal(scale.at(90), 98);
});
