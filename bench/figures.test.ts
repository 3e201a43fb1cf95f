import assert from "node:assert/strict";
import { test } from "node:test";
import { quantile, quantileOfSorted, shareAbove, slopeOf } from "./figures.ts";

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

test("a quantile is one of the values, whatever their order", () => {
  assert.equal(quantile(hundred, 0.5), 51);
  assert.equal(quantile(hundred, 0.99), 100);
  assert.equal(quantile(hundred, 0), 1);
  assert.equal(quantile(hundred, 1), 100);
  assert.equal(quantileOfSorted(Float64Array.of(1, 2, 4), 0.5), 2);
});

test("the share above a bound leaves out the bound itself", () => {
  assert.equal(shareAbove([1, 5, 6, 7], 5), 0.5);
  assert.equal(shareAbove([1, 2], 5), 0);
});

test("the slope of a line is found, also under noise that is on both sides", () => {
  const line = Array.from({ length: 60 }, (_, x) => ({ x, y: 120 + 0.25 * x }));
  assert.ok(Math.abs(slopeOf(line) - 0.25) < 1e-12);
  const saw = line.map(({ x, y }) => ({ x, y: y + (x % 2 === 0 ? 3 : -3) }));
  assert.ok(Math.abs(slopeOf(saw) - 0.25) < 0.01);
  assert.equal(slopeOf(line.map(({ x }) => ({ x, y: 7 }))), 0);
});

test("of nothing, and of one point's line, there is no number", () => {
  assert.ok(Number.isNaN(quantile([], 0.5)));
  assert.ok(Number.isNaN(shareAbove([], 5)));
  assert.ok(Number.isNaN(slopeOf([])));
  assert.ok(Number.isNaN(slopeOf([{ x: 1, y: 2 }])));
});
