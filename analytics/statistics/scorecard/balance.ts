import type { CovariateMoments, ExperimentSummary } from "../../../protocols/results.ts";
import type { CovariateBalance } from "../../../protocols/scorecard.ts";
import { welch } from "../methods/welch.ts";
import type { MeanSummary } from "../moments.ts";

/** Below this a covariate differs too much between groups that chance made: as for the sample ratio. */
const imbalancedBelow = 0.001;

/** Whether the groups were alike before the experiment, by each covariate that is there. */
export function balanceOf(
  control: string,
  { variants }: ExperimentSummary,
  alpha: number,
): CovariateBalance[] {
  const base = variants.find(({ variant }) => variant === control);
  return variants.flatMap(({ variant, covariates }) =>
    variant === control
      ? []
      : Object.entries(covariates ?? {}).flatMap(([metric, own]) => {
          const other = base?.covariates?.[metric];
          if (other === undefined) return [];
          const tested = welch(before(other), before(own), alpha);
          return tested.kind === "estimated"
            ? [{ metric, variant, pValue: tested.pValue, imbalanced: tested.pValue < imbalancedBelow }]
            : [];
        }),
  );
}

const before = ({ count, meanCovariate, squaredCovariate }: CovariateMoments): MeanSummary => ({
  count,
  mean: meanCovariate,
  squaredDeviations: squaredCovariate,
});
