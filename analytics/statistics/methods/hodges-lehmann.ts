/**
 * The k-th smallest (k from 1) of all differences b − a, without making them: the number of differences up to a bound
 * is counted in one pass over both sorted lists, and the bound is found by halving the doubles themselves.
 */
export function differenceOfRank(a: Float64Array, b: Float64Array, k: number): number {
  let low = orderOf((b[0] ?? 0) - (a.at(-1) ?? 0));
  let high = orderOf((b.at(-1) ?? 0) - (a[0] ?? 0));
  while (low < high) {
    const middle = (low + high) >> 1n;
    if (countUpTo(a, b, valueOf(middle)) >= k) high = middle;
    else low = middle + 1n;
  }
  return valueOf(low);
}

function countUpTo(a: Float64Array, b: Float64Array, bound: number): number {
  let count = 0;
  let from = 0;
  // b − a falls as a grows: the first a that is near enough only moves up with b.
  for (const value of b) {
    while (from < a.length && value - (a[from] ?? 0) > bound) from += 1;
    count += a.length - from;
  }
  return count;
}

const bits = new DataView(new ArrayBuffer(8));

/** Doubles as whole numbers in the same order. */
function orderOf(value: number): bigint {
  bits.setFloat64(0, value);
  const raw = bits.getBigInt64(0);
  return raw >= 0n ? raw : -(raw & 0x7fff_ffff_ffff_ffffn);
}

function valueOf(order: bigint): number {
  bits.setBigInt64(0, order >= 0n ? order : -order | -0x8000_0000_0000_0000n);
  return bits.getFloat64(0);
}
