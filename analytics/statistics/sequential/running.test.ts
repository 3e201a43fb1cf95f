import assert from "node:assert/strict";
import { test } from "node:test";
import { next, nothingSeen, runningInterval } from "./running.ts";

test("the least p and the intersection of all intervals are kept", () => {
  const looks = [
    { pValue: 0.2, lower: -1, upper: 5 },
    { pValue: 0.01, lower: 0.5, upper: 4 },
    { pValue: 0.4, lower: 0, upper: 3 },
  ];
  const state = looks.reduce(next, nothingSeen);
  assert.equal(state.pValue, 0.01);
  assert.equal(state.looks, 3);
  assert.deepEqual(runningInterval(state), { kind: "interval", lower: 0.5, upper: 3 });
});

test("intervals without a common point are a stated reason", () => {
  const state = [
    { pValue: 1, lower: 0, upper: 1 },
    { pValue: 1, lower: 2, upper: 3 },
  ].reduce(next, nothingSeen);
  assert.deepEqual(runningInterval(state), { kind: "empty_intersection", highestLower: 2, lowestUpper: 1 });
});

test("before the first look there is no interval, and a look without numbers changes nothing", () => {
  assert.equal(runningInterval(nothingSeen).kind, "no_looks");
  assert.equal(next(nothingSeen, { pValue: Number.NaN, lower: 0, upper: 1 }), nothingSeen);
});
