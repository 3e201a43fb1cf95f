// From a value to its place, in per cent of a plot's width: texts keep their size whatever the width is.

export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  /** 0 to 100; what lies outside is at the edge. */
  at(value: number): number;
  isOutside(value: number): boolean;
}

/** A few round numbers over the range, which becomes as wide as they are. */
export function scaleOf(low: number, high: number, ticksMax: number): Scale {
  const [from, to] = low === high ? [low - 1, high + 1] : [low, high];
  const step = roundStep((to - from) / ticksMax);
  const first = Math.floor(from / step);
  const last = Math.ceil(to / step);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => tidy((first + index) * step));
  const [start, end] = [ticks[0] ?? from, ticks.at(-1) ?? to];
  return {
    low: start,
    high: end,
    ticks,
    at: (value) => Math.min(100, Math.max(0, ((value - start) / (end - start)) * 100)),
    isOutside: (value) => value < start || value > end,
  };
}

/** 1, 2 or 5 times a power of ten, not below `size`. */
function roundStep(size: number): number {
  const power = 10 ** Math.floor(Math.log10(size));
  const factor = [1, 2, 5, 10].find((each) => each * power >= size * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** 0.30000000000000004 → 0.3. */
const tidy = (value: number): number => Number(value.toPrecision(12));

/** One wild interval must not flatten the others: nothing beyond four times the median reach decides. */
const outlierFactor = 4;

/** A range with 0 in it that most of the intervals fit into. */
export function rangeOf(intervals: readonly (readonly [number, number])[]): readonly [number, number] {
  const reaches = intervals
    .map(([low, high]) => Math.max(Math.abs(low), Math.abs(high)))
    .sort((a, b) => a - b);
  const bound = (reaches[Math.floor((reaches.length - 1) / 2)] ?? 1) * outlierFactor;
  const low = Math.min(0, ...intervals.map(([each]) => Math.max(each, -bound)));
  const high = Math.max(0, ...intervals.map(([, each]) => Math.min(each, bound)));
  return low === high ? [-1, 1] : [low, high];
}

/** Coordinates with no more digits than a screen has dots. */
export const percent = (value: number): string => `${Number(value.toFixed(3))}%`;
