import { bucketCount } from "../../protocols/flag.ts";

/** Weights as integers that sum to 10 000, each as near to its true share as that allows. */
export function sharesOf(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + Math.max(weight, 0), 0);
  const exact = weights.map((weight) =>
    total > 0 ? (Math.max(weight, 0) / total) * bucketCount : bucketCount / weights.length,
  );
  const shares = exact.map(Math.floor);
  const left = bucketCount - shares.reduce((sum, share) => sum + share, 0);
  const byRest = exact
    .map((share, index) => ({ index, rest: share - Math.floor(share) }))
    .toSorted((a, b) => b.rest - a.rest || a.index - b.index);
  for (const { index } of byRest.slice(0, Math.round(left))) shares[index] = (shares[index] as number) + 1;
  return shares;
}
