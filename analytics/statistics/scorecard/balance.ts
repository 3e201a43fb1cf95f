import type { CovariateMoments, ExperimentSummary } from "../../../protocols/results.ts";
import type { CovariateBalance } from "../../../protocols/scorecard.ts";
import { imbalances } from "../health/imbalance.ts";
import type { MeanSummary } from "../moments.ts";

/** Whether the groups were alike before the experiment, by each covariate that is there. */
export function balanceOf(control: string, { variants }: ExperimentSummary): CovariateBalance[] {
  const base = variants.find(({ variant }) => variant === control)?.covariates;
  return variants.flatMap(({ variant, covariates }) => {
    if (variant === control) return [];
    const known = Object.entries(covariates ?? {}).flatMap(([key, own]) => {
      const other = base?.[key];
      return other === undefined ? [] : [{ key, control: before(other), variant: before(own) }];
    });
    return imbalances(known).flatMap(({ key, result, imbalanced }) =>
      result.kind === "estimated" ? [{ metric: key, variant, pValue: result.pValue, imbalanced }] : [],
    );
  });
}

const before = ({ count, meanCovariate, squaredCovariate }: CovariateMoments): MeanSummary => ({
  count,
  mean: meanCovariate,
  squaredDeviations: squaredCovariate,
});
