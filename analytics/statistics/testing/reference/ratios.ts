import { z } from "zod";
import type { PairSummary } from "../../bivariate.ts";
import { type ClusterEstimator, clusterRobust } from "../../methods/cluster-robust.ts";
import { ratioDifference, uncertainRatio } from "../../methods/ratio.ts";
import { relativeLift } from "../../methods/relative.ts";
import { satterthwaite } from "../../methods/welch.ts";
import { studentQuantile, studentSf, twoSided } from "../../special/special.ts";
import { pairSummaryOfSums, RatioSums } from "../ratio-sums.ts";
import { type AnswerTable, given } from "./answer.ts";
import { pairsOf, statusOf, Values } from "./shapes.ts";

const Clustered = z.object({
  arm: Values,
  cluster: Values,
  y: Values,
  correction: z.boolean().default(false),
});

function clustered(input: z.infer<typeof Clustered>, estimator: ClusterEstimator): unknown {
  const rows = { outcome: input.y, columns: [input.arm], cluster: input.cluster };
  const result = clusterRobust(rows, estimator, 0.05);
  if (result.kind !== "estimated") return statusOf(result.kind);
  const statistics = result.coefficients.map(({ statistic }) => statistic);
  return {
    coef: result.coefficients.map(({ coefficient }) => coefficient),
    se: result.coefficients.map(({ standardError }) => standardError),
    z: statistics,
    t: statistics,
    df: result.coefficients.map(({ degreesOfFreedom }) => degreesOfFreedom),
    p: result.coefficients.map(({ pValue }) => pValue),
  };
}

/** GrowthBook takes a ratio's p and interval from Welch's t, also for the lift. */
function gbRatio(a: PairSummary, b: PairSummary, relative: boolean, alpha: number): unknown {
  const [control, variant] = [uncertainRatio(a), uncertainRatio(b)];
  if (control === undefined || variant === undefined) return statusOf("zero_denominator");
  const lift = relativeLift(control, variant, 0);
  if (relative && lift === undefined) return statusOf("zero_denominator");
  const variance = control.variance + variant.variance;
  if (variance === 0) return statusOf("no_variance");
  const estimate = relative
    ? Math.sign(control.value) * (lift?.difference ?? 0)
    : variant.value - control.value;
  const se = relative ? (lift?.standardError ?? 0) : Math.sqrt(variance);
  const df = satterthwaite(control.variance, a.count, variant.variance, b.count);
  const reach = studentQuantile(1 - alpha / 2, df) * se;
  return {
    estimate,
    se,
    ci: [estimate - reach, estimate + reach],
    p_value: twoSided(studentSf(Math.abs(estimate / se), df)),
  };
}

export const ratioAnswers: AnswerTable = {
  delta_ratio: given(
    z.object({ num_a: Values, den_a: Values, num_b: Values, den_b: Values, alpha: z.number().default(0.05) }),
    ({ num_a, den_a, num_b, den_b, alpha }) => {
      const [a, b] = [pairsOf(num_a, den_a), pairsOf(num_b, den_b)];
      const [control, variant] = [uncertainRatio(a), uncertainRatio(b)];
      const result = ratioDifference(a, b, alpha);
      if (control === undefined || variant === undefined || result.kind !== "estimated")
        return statusOf(result.kind);
      const lift = relativeLift(control, variant, result.critical);
      return {
        ratio_a: control.value,
        var_a: control.variance,
        ratio_b: variant.value,
        var_b: variant.variance,
        diff: result.difference,
        se: result.standardError,
        z: result.statistic,
        p: result.pValue,
        ci: result.interval,
        ci_lower: result.interval[0],
        ci_upper: result.interval[1],
        lift: lift?.difference,
        se_lift: lift?.standardError,
        ci_lift: lift?.interval,
      };
    },
  ),
  ratio_sums: given(
    z.object({ a: RatioSums, b: RatioSums, difference_type: z.string(), alpha: z.number().default(0.05) }),
    ({ a, b, difference_type, alpha }) =>
      gbRatio(pairSummaryOfSums(a), pairSummaryOfSums(b), difference_type === "relative", alpha),
  ),
  cluster_robust_ols: given(Clustered, (input) => clustered(input, input.correction ? "CR1" : "CR0")),
  cluster_robust_cr2: given(Clustered, (input) => clustered(input, "CR2")),
};
