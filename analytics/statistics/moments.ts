import type { MeanMoments } from "../../protocols/results.ts";

/** Count, mean and Σ(y − mean)² of one group. */
export type MeanSummary = Omit<MeanMoments, "kind">;

export const noMoments: MeanMoments = { kind: "mean", count: 0, mean: 0, squaredDeviations: 0 };

/** Moments of two disjoint groups together (Chan, Golub, LeVeque): the same in any order, up to rounding. */
export function mergeMoments(a: MeanSummary, b: MeanSummary): MeanMoments {
  const count = a.count + b.count;
  if (count === 0) return noMoments;
  const delta = b.mean - a.mean;
  const share = b.count / count;
  return {
    kind: "mean",
    count,
    mean: a.mean + delta * share,
    squaredDeviations: a.squaredDeviations + b.squaredDeviations + delta ** 2 * a.count * share,
  };
}

/** Sample variance (n − 1); undefined below two units, where there is none. */
export function variance({ count, squaredDeviations }: MeanSummary): number | undefined {
  return count < 2 ? undefined : squaredDeviations / (count - 1);
}

/**
 * Whether all values were the same. Merging the means of constant parts may leave a deviation of a rounding unit;
 * to call that a variance would turn it into certainty.
 */
export function isConstant({ count, mean, squaredDeviations }: MeanSummary): boolean {
  return squaredDeviations <= count * (Number.EPSILON * mean) ** 2;
}
