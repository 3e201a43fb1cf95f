/** A sorted copy, ascending, of finite values. */
export function sorted(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort();
}

/** The quantile at share 0 ≤ p ≤ 1 of ascending values: straight lines between order statistics (Hyndman and Fan's type 7). */
export function quantileOf(ascending: ArrayLike<number>, p: number): number {
  const position = Math.min(1, Math.max(0, p)) * (ascending.length - 1);
  const below = Math.floor(position);
  const low = ascending[below] ?? Number.NaN;
  const high = ascending[below + 1] ?? low;
  const share = position - below;
  // From the nearer end, so that the two never cross by rounding.
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share);
}
