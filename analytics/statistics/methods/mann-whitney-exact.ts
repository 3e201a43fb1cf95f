export interface RankSums {
  /** Of all choices of ranks: the share whose sum is at most, and at least, the observed one. */
  readonly lower: number;
  readonly upper: number;
  /** The largest c with P(U < c) ≤ alpha / 2: the c-th smallest and largest difference bound the shift. 0: none does. */
  readonly bound: number;
}

/**
 * The exact distribution of U by counting choices of `count` ranks with each sum. Ranks are doubled mid-ranks, so ties
 * are part of it (Streitberg and Röhmel 1986). Counts above 2⁵³ are rounded, which a share of them does not notice.
 */
export function rankSums(
  doubledRanks: readonly number[],
  count: number,
  statistic: number,
  alpha: number,
): RankSums {
  const smallest = count * (count + 1);
  const observed = Math.round(2 * statistic + smallest);
  const ways = waysToSum(doubledRanks, count);
  let [lower, upper, all] = [0, 0, 0];
  for (const [sum, number] of ways.entries()) {
    all += number;
    if (sum <= observed) lower += number;
    if (sum >= observed) upper += number;
  }
  let below = 0;
  let bound = 0;
  for (let sum = 0; sum < ways.length; sum++) {
    below += ways[sum] ?? 0;
    if (below > (alpha / 2) * all) {
      bound = Math.max(0, Math.floor((sum - smallest) / 2));
      break;
    }
  }
  return { lower: lower / all, upper: upper / all, bound };
}

function waysToSum(doubledRanks: readonly number[], count: number): Float64Array {
  const largest = doubledRanks
    .toSorted((x, y) => y - x)
    .slice(0, count)
    .reduce((sum, rank) => sum + rank, 0);
  // ways[k][s]: choices of k ranks with sum s.
  const ways = Array.from({ length: count + 1 }, () => new Float64Array(largest + 1));
  const none = ways[0];
  if (none !== undefined) none[0] = 1;
  for (const rank of doubledRanks) {
    for (let chosen = count; chosen >= 1; chosen--) {
      const [into, from] = [ways[chosen], ways[chosen - 1]];
      if (into === undefined || from === undefined) continue;
      for (let sum = largest; sum >= rank; sum--) into[sum] = (into[sum] ?? 0) + (from[sum - rank] ?? 0);
    }
  }
  return ways[count] ?? new Float64Array(0);
}
