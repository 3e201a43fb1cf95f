import assert from "node:assert/strict";
import { test } from "node:test";
import { lagOf } from "./lag.ts";

const looks = (folds: (second: number) => number) =>
  Array.from({ length: 60 }, (_, second) => ({
    at: second,
    newest: 100 * second,
    folds: folds(second),
    sink: 0,
  }));

test("a reader that keeps a distance lags by its time, and the lag does not grow", () => {
  const { worst, growth } = lagOf(
    looks((second) => Math.max(0, 100 * second - 250)),
    ({ folds }) => folds,
  );
  assert.ok(Math.abs(worst - 2.5) < 1e-9, `${worst}`);
  assert.ok(Math.abs(growth) < 1e-9, `${growth}`);
});

test("a reader of nine tenths of the speed falls behind by a tenth of a second each second", () => {
  const { growth } = lagOf(
    looks((second) => 90 * second),
    ({ folds }) => folds,
  );
  assert.ok(Math.abs(growth - 0.1) < 1e-9, `${growth}`);
});

test("a reader that is level has no lag", () => {
  const { worst, growth } = lagOf(
    looks((second) => 100 * second),
    ({ folds }) => folds,
  );
  assert.deepEqual([worst, growth], [0, 0]);
});
