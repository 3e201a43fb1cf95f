import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryRows, type MemorySample } from "./memory-series.ts";

const bounds = { mbMax: 256, mbPerMinuteMax: 0.5 };
/** Ten minutes, six samples a minute. */
const series = (residentMb: (minute: number) => number): MemorySample[] =>
  Array.from({ length: 60 }, (_, index) => ({
    atMs: index * 10_000,
    residentMb: residentMb(index / 6),
    heapMb: 50,
  }));
const goalsOf = (samples: readonly MemorySample[]): (boolean | undefined)[] =>
  memoryRows(samples, bounds).flatMap(({ goal }) => (goal === undefined ? [] : [goal.met]));

test("caches that fill in the first minutes are no growth", () => {
  const samples = series((minute) => 100 + 20 * Math.min(minute, 4));
  const slope = memoryRows(samples, bounds).find(({ case: name }) => name.startsWith("RSS, slope"));
  assert.equal(slope?.value, 0);
  assert.deepEqual(goalsOf(samples), [true, true]);
});

test("a leak of one MB a minute is seen, and so is a peak that passes", () => {
  assert.deepEqual(goalsOf(series((minute) => 100 + minute)), [true, false]);
  assert.deepEqual(goalsOf(series((minute) => (minute === 2 ? 300 : 100))), [false, true]);
});

test("no sample is no proof", () => {
  assert.deepEqual(goalsOf([]), [false, false]);
});
