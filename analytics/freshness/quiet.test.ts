import assert from "node:assert/strict";
import { test } from "node:test";
import { usualRate } from "./quiet.ts";

const minute = 60_000;
const hour = 60 * minute;
const week = (perHour: (hour: number) => number): number[] =>
  Array.from({ length: 167 }, (_, index) => perHour(index));

const cases: readonly (readonly [
  name: string,
  hours: readonly number[],
  medianGapMs: number | undefined,
  quietMsMax: number,
])[] = [
  ["one a second may be silent for ten minutes, the least there is", week(() => 3_600), 1_000, 10 * minute],
  ["ten an hour may be silent for twenty gaps", week(() => 10), 6 * minute, 2 * hour],
  [
    "an event that rests at night may rest half as long again",
    week((at) => (at % 24 < 8 ? 0 : 3_600)),
    1_000,
    13.5 * hour,
  ],
  [
    "one in twelve hours may be silent for three days, the most there is",
    week((at) => (at % 12 === 0 ? 1 : 0)),
    12 * hour,
    72 * hour,
  ],
  ["a handful in a week has no usual rate", week((at) => (at === 100 ? 9 : 0)), undefined, 72 * hour],
  ["none at all has no usual rate", week(() => 0), undefined, 72 * hour],
  ["no hours at all have no usual rate", [], undefined, 72 * hour],
  [
    "one that began yesterday is judged by what it has",
    [...week(() => 0).slice(24), ...Array.from({ length: 24 }, () => 60)],
    minute,
    20 * minute,
  ],
  [
    "a week with a silence now is not judged by that silence",
    week((at) => (at < 160 ? 60 : 0)),
    minute,
    20 * minute,
  ],
];
for (const [name, hours, medianGapMs, quietMsMax] of cases)
  test(name, () => {
    assert.deepEqual(usualRate(hours), {
      ...(medianGapMs === undefined ? {} : { medianGapMs }),
      quietMsMax,
    });
  });
