import type { Uncertain } from "../effect.ts";
import { welch } from "../methods/welch.ts";
import type { MeanSummary } from "../moments.ts";
import { normalSf, twoSided } from "../special/special.ts";

export interface Holdout {
  /** Everything shipped against nothing of it, by the units held out. */
  readonly together: ReturnType<typeof welch>;
  /** The sum of what the experiments had claimed one by one, against what they bring together; absent without both. */
  readonly claims?: {
    readonly sum: number;
    readonly standardError: number;
    /** together / sum: below 1 the effects overlap, fade, or were the lucky ones. Absent when the sum is 0. */
    readonly realised?: number;
    readonly statistic: number;
    readonly pValue: number;
  };
}

/** Long-term effect of a cohort of launches: units that never got them (held out) against units that got all. */
export function holdout(
  heldOut: MeanSummary,
  shipped: MeanSummary,
  claimed: readonly Uncertain[],
  alpha: number,
): Holdout {
  const together = welch(heldOut, shipped, alpha);
  if (together.kind !== "estimated" || claimed.length === 0) return { together };
  const sum = claimed.reduce((total, { value }) => total + value, 0);
  const variance = claimed.reduce((total, one) => total + one.variance, 0);
  const statistic = (together.difference - sum) / Math.hypot(together.standardError, Math.sqrt(variance));
  return {
    together,
    claims: {
      sum,
      standardError: Math.sqrt(variance),
      ...(sum === 0 ? {} : { realised: together.difference / sum }),
      statistic,
      pValue: twoSided(normalSf(Math.abs(statistic))),
    },
  };
}
