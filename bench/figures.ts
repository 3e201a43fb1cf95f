/** The value at a share of the sorted values: 0.5 is the median. NaN of nothing. */
export const quantile = (values: readonly number[], share: number): number =>
  quantileOfSorted(
    values.toSorted((a, b) => a - b),
    share,
  );

/** The same of many values that are sorted already. */
export const quantileOfSorted = (sorted: ArrayLike<number>, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;

/** The share of values above a bound. NaN of nothing. */
export const shareAbove = (values: ArrayLike<number>, bound: number): number => {
  let above = 0;
  for (let index = 0; index < values.length; index++) if ((values[index] ?? 0) > bound) above++;
  return above / values.length;
};

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Of the least-squares line: y for each x. NaN when fewer than two x differ, as there is no line then. */
export function slopeOf(points: readonly Point[]): number {
  const meanX = mean(points.map(({ x }) => x));
  const meanY = mean(points.map(({ y }) => y));
  let together = 0;
  let alone = 0;
  for (const { x, y } of points) {
    together += (x - meanX) * (y - meanY);
    alone += (x - meanX) ** 2;
  }
  return together / alone;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
