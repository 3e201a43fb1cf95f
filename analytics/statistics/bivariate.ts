import type { RatioMoments } from "../../protocols/results.ts";

/** Moments of (numerator, denominator) per unit. */
export type PairSummary = Omit<RatioMoments, "kind">;

export const noPairs: RatioMoments = {
  kind: "ratio",
  count: 0,
  meanNumerator: 0,
  meanDenominator: 0,
  squaredNumerator: 0,
  squaredDenominator: 0,
  crossDeviations: 0,
};

/** Pair moments of two disjoint groups together: Chan's formula for each of the three sums of products. */
export function mergePairs(a: PairSummary, b: PairSummary): RatioMoments {
  const count = a.count + b.count;
  if (count === 0) return noPairs;
  const share = b.count / count;
  const weight = a.count * share;
  const numerator = b.meanNumerator - a.meanNumerator;
  const denominator = b.meanDenominator - a.meanDenominator;
  return {
    kind: "ratio",
    count,
    meanNumerator: a.meanNumerator + numerator * share,
    meanDenominator: a.meanDenominator + denominator * share,
    squaredNumerator: a.squaredNumerator + b.squaredNumerator + numerator ** 2 * weight,
    squaredDenominator: a.squaredDenominator + b.squaredDenominator + denominator ** 2 * weight,
    crossDeviations: a.crossDeviations + b.crossDeviations + numerator * denominator * weight,
  };
}
