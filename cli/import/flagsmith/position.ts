import type { Range } from "../conditions.ts";

// Flagsmith compares percentages: the place k of 9 998 as (k / 9998) × 100, in doubles. A bound in per cent becomes the
// first place that reaches (or passes) it, found by that very arithmetic.

const places = 9_998;

function firstPlace(reaches: (percentage: number) => boolean, near: number): number {
  let place = Math.min(Math.max(0, Math.floor((near / 100) * places) - 2), places + 1);
  while (place <= places && !reaches((place / places) * 100)) place++;
  return place / places;
}

/** `start <= percentage < limit` */
export const between = (start: number, limit: number): Range => ({
  from: Math.min(
    firstPlace((percentage) => percentage >= start, start),
    1,
  ),
  to: firstPlace((percentage) => percentage >= limit, limit),
});

/** `percentage <= limit` */
export const upTo = (limit: number): Range => ({
  from: 0,
  to: limit < 0 ? 0 : firstPlace((percentage) => percentage > limit, limit),
});
