import assert from "node:assert/strict";
import { test } from "node:test";
import type { EpochMs } from "../../protocols/time.ts";
import type { TimelineLook } from "../../protocols/timeline.ts";
import { effectsOver, metricsIn, timeScale } from "./over-time-scale.ts";

const look = (at: number, reach: number, phase = 1): TimelineLook => ({
  at: at as EpochMs,
  phase,
  planVersion: 1,
  units: at * 10,
  effects: [
    { variant: "b", metric: "buy", difference: 1, interval: [1 - reach, 1 + reach], pValue: 0.5 },
    { variant: "b", metric: "visit", difference: 2, interval: [0, 4], pValue: 0.5 },
  ],
});

test("the looks of another phase and another metric are left out", () => {
  const effects = effectsOver([look(1, 1), look(2, 1, 2), look(3, 1, 2)], 2, "buy");
  assert.deepEqual([...effects.keys()], ["b"]);
  assert.deepEqual(
    effects.get("b")?.map(({ at, difference }) => [at, difference]),
    [
      [2, 1],
      [3, 1],
    ],
  );
  assert.deepEqual(metricsIn([look(1, 1)]), ["buy", "visit"]);
});

test("later is right, larger is up, and zero is in the middle", () => {
  const { x, y } = timeScale(effectsOver([look(10, 1), look(20, 1)], 1, "buy").values());
  assert.deepEqual([x(10), x(15), x(20)], [0, 500, 1_000]);
  assert.equal(y(0), 500);
  assert.ok(y(1) < 500);
});

test("a wild first look does not flatten what follows, and stays inside", () => {
  const looks = [look(1, 1_000), ...Array.from({ length: 9 }, (_, index) => look(index + 2, 1))];
  const { y } = timeScale(effectsOver(looks, 1, "buy").values());
  assert.equal(y(1_000), 0);
  assert.ok(y(0) - y(2) > 100);
});

test("one look alone, and a difference that is nothing, have a place", () => {
  const flat = {
    ...look(5, 0),
    effects: look(5, 0).effects.map((each) => ({ ...each, difference: 0, interval: [0, 0] as const })),
  };
  const { x, y } = timeScale(effectsOver([flat], 1, "buy").values());
  assert.deepEqual([x(5), y(0)], [1_000, 500]);
});
