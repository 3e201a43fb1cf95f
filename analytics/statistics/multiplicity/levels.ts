// Levels given out before the data are seen, and e-values, which need no independence.

export interface PreferentialLevels {
  /** For each comparison of the primary metric. */
  readonly primary: number;
  /** For each comparison of any other metric; absent when there is none. */
  readonly others?: number;
}

/**
 * Preferential Bonferroni: the share gamma of alpha to the primary metric, the rest to the others, each divided among
 * its comparisons. A primary metric alone gets all of it.
 */
export function preferentialLevels(
  alpha: number,
  gamma: number,
  comparisons: number,
  metrics: number,
): PreferentialLevels | undefined {
  if (!(alpha > 0 && alpha < 1 && gamma > 0 && gamma <= 1 && comparisons >= 1 && metrics >= 1))
    return undefined;
  if (metrics === 1) return { primary: alpha / comparisons };
  return {
    primary: (gamma * alpha) / comparisons,
    others: ((1 - gamma) * alpha) / (comparisons * (metrics - 1)),
  };
}

/**
 * e-BH (Wang & Ramdas 2022): the indices rejected at false discovery rate alpha, however the e-values depend on each
 * other and whenever one looks. The k largest are rejected for the largest k with e_(k) ≥ m / (alpha k).
 */
export function rejectedByEvidence(evidence: readonly number[], alpha: number): readonly number[] {
  const order = evidence.map((_, index) => index).sort((a, b) => (evidence[b] ?? 0) - (evidence[a] ?? 0));
  let rejected = 0;
  for (const [rank, index] of order.entries())
    if ((evidence[index] ?? 0) >= evidence.length / (alpha * (rank + 1))) rejected = rank + 1;
  return order.slice(0, rejected).sort((a, b) => a - b);
}
