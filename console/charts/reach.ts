/** How far from 0 intervals go, but for wild ones: at most so many times the median. 0 when there is none. */
export function reachOf(intervals: readonly (readonly [number, number])[], outlierFactor: number): number {
  const reaches = intervals
    .map(([low, high]) => Math.max(Math.abs(low), Math.abs(high)))
    .sort((a, b) => a - b);
  const median = reaches[Math.floor(reaches.length / 2)] ?? 0;
  return Math.min(reaches.at(-1) ?? 0, median * outlierFactor);
}
