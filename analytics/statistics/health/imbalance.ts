import { welch } from "../methods/welch.ts";
import { type MeanSummary, mergeMoments, variance } from "../moments.ts";

/** A value that was fixed before the experiment: no variant can have moved it. */
export interface Covariate {
  readonly key: string;
  readonly control: MeanSummary;
  readonly variant: MeanSummary;
}

export interface Imbalance {
  readonly key: string;
  readonly result: ReturnType<typeof welch>;
  /** Difference in standard deviations of both arms together; absent without a spread. */
  readonly standardised?: number;
  /** p below the threshold: assignment or counting is biased, and so is everything else. */
  readonly imbalanced: boolean;
}

/** As with the sample ratio: so rare by chance that it is a fault. */
export const imbalancePMax = 0.001;

/** Welch's t on each covariate. */
export function imbalances(
  covariates: readonly Covariate[],
  pMax: number = imbalancePMax,
): readonly Imbalance[] {
  return covariates.map(({ key, control, variant }) => {
    const result = welch(control, variant, 0.05);
    const spread = variance(mergeMoments(control, variant));
    return {
      key,
      result,
      ...(result.kind === "estimated" && spread !== undefined && spread > 0
        ? { standardised: result.difference / Math.sqrt(spread) }
        : {}),
      imbalanced: result.kind === "estimated" && result.pValue < pMax,
    };
  });
}
