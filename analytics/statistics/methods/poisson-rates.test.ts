import assert from "node:assert/strict";
import { test } from "node:test";
import { assertClose, expectKind } from "../testing/golden.ts";
import { compareRates } from "./poisson-rates.ts";

test("the interval's ends are the ratios whose one-sided p is alpha / 2", () => {
  const result = expectKind(
    compareRates({ events: 0, exposure: 2 }, { events: 3, exposure: 1 }, 0.05),
    "tested",
  );
  // All of three events in the variant: share³ = 0.025.
  const share = 0.025 ** (1 / 3);
  assertClose(result.interval[0], 2 * (share / (1 - share)), 1e-12, "low");
  assert.deepEqual([result.ratio, result.interval[1]], [Infinity, Infinity]);
});

test("swapping the groups turns the ratio over and keeps p", () => {
  const [a, b] = [
    { events: 40, exposure: 100 },
    { events: 61, exposure: 90 },
  ];
  const one = expectKind(compareRates(a, b, 0.05), "tested");
  const other = expectKind(compareRates(b, a, 0.05), "tested");
  assertClose(one.pValue, other.pValue, 1e-12, "p");
  assertClose(one.interval[0], 1 / other.interval[1], 1e-12, "end");
});

test("no events, no exposure and half an event are reasons", () => {
  const some = { events: 1, exposure: 1 };
  assert.deepEqual(compareRates({ events: 0, exposure: 1 }, { events: 0, exposure: 1 }, 0.05), {
    kind: "no_events",
  });
  assert.deepEqual(compareRates({ events: 0, exposure: 0 }, some, 0.05), { kind: "no_exposure" });
  assert.deepEqual(compareRates({ events: 0.5, exposure: 1 }, some, 0.05), { kind: "impossible_counts" });
  assert.equal(compareRates(some, some, -1).kind, "alpha_out_of_range");
});
