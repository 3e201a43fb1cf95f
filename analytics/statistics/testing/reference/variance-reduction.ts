import { z } from "zod";
import type { CovariateMoments } from "../../../../protocols/results.ts";
import type { Matrix } from "../../linear/cholesky.ts";
import { welch } from "../../methods/welch.ts";
import { cuped } from "../../variance-reduction/cuped.ts";
import { cupedRatio, type RatioHistoryMoments } from "../../variance-reduction/cuped-ratio.ts";
import { olsFromSums } from "../../variance-reduction/ols-from-sums.ts";
import { postStratified } from "../../variance-reduction/post-stratification.ts";
import { ancova, type ErrorEstimator, linInteracted } from "../../variance-reduction/regression.ts";
import { studentQuantile, studentSf, twoSided } from "../../special/special.ts";
import { type AnswerTable, given } from "./answer.ts";
import { gbPostStratified } from "./gb-post-stratification.ts";
import { momentsOfSums, pairsOf, PlainSums, statusOf, Values } from "./shapes.ts";

const CovariateSums = z.object({
  n: z.number(),
  sum_y: z.number(),
  sum_yy: z.number(),
  sum_x: z.number(),
  sum_xx: z.number(),
  sum_xy: z.number(),
});

const covariateOfSums = (s: z.infer<typeof CovariateSums>): CovariateMoments => ({
  count: s.n,
  meanValue: s.sum_y / s.n,
  meanCovariate: s.sum_x / s.n,
  squaredValue: s.sum_yy - (s.sum_y * s.sum_y) / s.n,
  squaredCovariate: s.sum_xx - (s.sum_x * s.sum_x) / s.n,
  crossDeviations: s.sum_xy - (s.sum_x * s.sum_y) / s.n,
});

function covariateOf(y: readonly number[], x: readonly number[]): CovariateMoments {
  const pairs = pairsOf(y, x);
  return {
    count: pairs.count,
    meanValue: pairs.meanNumerator,
    meanCovariate: pairs.meanDenominator,
    squaredValue: pairs.squaredNumerator,
    squaredCovariate: pairs.squaredDenominator,
    crossDeviations: pairs.crossDeviations,
  };
}

/** Without a usable covariate θ is 0 and the plain test stands. */
function cupedAnswer(a: CovariateMoments, b: CovariateMoments, relative: boolean, alpha: number): unknown {
  const result = cuped(a, b, alpha);
  if (result.kind === "constant_covariate" || result.kind === "constant_metric") {
    const plain = (m: CovariateMoments) => ({
      count: m.count,
      mean: m.meanValue,
      squaredDeviations: m.squaredValue,
    });
    const unadjusted = welch(plain(a), plain(b), alpha);
    if (unadjusted.kind !== "estimated") return { theta: 0, ...statusOf(unadjusted.kind) };
    const { difference, standardError, degreesOfFreedom } = unadjusted;
    const flat = { ...a, squaredCovariate: 0, crossDeviations: 0 };
    return relative && a.meanValue !== 0
      ? answerOf(0, difference / a.meanValue, relativeError(flat, b, 0), degreesOfFreedom, alpha)
      : answerOf(0, difference, standardError, degreesOfFreedom, alpha);
  }
  if (result.kind !== "estimated") return statusOf(result.kind);
  const { theta, difference, standardError, degreesOfFreedom } = result;
  if (!relative) return answerOf(theta, difference, standardError, degreesOfFreedom, alpha);
  if (a.meanValue === 0) return statusOf("zero_denominator");
  return answerOf(theta, difference / a.meanValue, relativeError(a, b, theta), degreesOfFreedom, alpha);
}

/** By the delta method, also where our own lift declines because the baseline may be 0. */
function relativeError(a: CovariateMoments, b: CovariateMoments, theta: number): number {
  const of = (m: CovariateMoments, weight: number): number =>
    (weight ** 2 * m.squaredValue +
      theta ** 2 * m.squaredCovariate -
      2 * weight * theta * m.crossDeviations) /
    (m.count - 1) /
    m.count;
  return Math.sqrt(of(b, 1) + of(a, b.meanValue / a.meanValue)) / Math.abs(a.meanValue);
}

function answerOf(theta: number, estimate: number, se: number, df: number, alpha: number): unknown {
  const reach = studentQuantile(1 - alpha / 2, df) * se;
  const t = estimate / se;
  return {
    theta,
    estimate,
    diff: estimate,
    se,
    df,
    t,
    ci: [estimate - reach, estimate + reach],
    ci_lower: estimate - reach,
    ci_upper: estimate + reach,
    p_value: twoSided(studentSf(Math.abs(t), df)),
    p: twoSided(studentSf(Math.abs(t), df)),
  };
}

const Side = z.object({ sum: z.number(), sum_squares: z.number() });
const RatioHistory = z.object({
  n: z.number(),
  m_post: Side,
  d_post: Side,
  m_pre: Side,
  d_pre: Side,
  cross: z.record(z.string(), z.number()),
});

function ratioHistoryOf(sums: z.infer<typeof RatioHistory>): RatioHistoryMoments {
  const names = ["m_post", "d_post", "m_pre", "d_pre"] as const;
  const products: Matrix = names.map((one) =>
    Float64Array.from(names, (other) => {
      const raw =
        one === other
          ? sums[one].sum_squares
          : (sums.cross[`${one}*${other}`] ?? sums.cross[`${other}*${one}`] ?? Number.NaN);
      return raw - (sums[one].sum * sums[other].sum) / sums.n;
    }),
  );
  const [a, b, c, d] = names.map((name) => sums[name].sum / sums.n);
  return { count: sums.n, means: [a ?? 0, b ?? 0, c ?? 0, d ?? 0], products };
}

const Rows = z.object({ y: Values, t: Values, X: z.array(Values) });

const rowsOf = ({ y, t, X }: z.infer<typeof Rows>) => ({
  outcome: y,
  arm: t,
  covariates: (X[0] ?? []).map((_, column) => X.map((row) => row[column] ?? Number.NaN)),
});

function errorsOf(input: z.infer<typeof Rows>, method: typeof ancova): Record<string, unknown> {
  const of = (errors: ErrorEstimator) => method(rowsOf(input), errors, 0.05);
  const result = of("classical");
  if (result.kind !== "estimated") return statusOf(result.kind);
  const errorOf = (errors: ErrorEstimator): number | undefined => {
    const other = of(errors);
    return other.kind === "estimated" ? other.standardError : undefined;
  };
  return {
    coef: result.coefficients,
    ate: result.difference,
    se_ols: result.standardError,
    se_hc0: errorOf("HC0"),
    se_hc1: errorOf("HC1"),
    se_hc2: errorOf("HC2"),
    se_hc3: errorOf("HC3"),
  };
}

const Strata = z.array(z.object({ a: PlainSums, b: PlainSums }));

const strataOf = (strata: z.infer<typeof Strata>) =>
  strata.map(({ a, b }) => ({ control: momentsOfSums(a), variant: momentsOfSums(b) }));

export const varianceReductionAnswers: AnswerTable = {
  cuped_sums: given(
    z.object({
      a: CovariateSums,
      b: CovariateSums,
      difference_type: z.string(),
      alpha: z.number().default(0.05),
      theta: z.literal("pooled_total").optional(),
    }),
    ({ a, b, difference_type, alpha }) =>
      cupedAnswer(covariateOfSums(a), covariateOfSums(b), difference_type === "relative", alpha),
  ),
  cuped: given(
    z.object({ y_a: Values, x_a: Values, y_b: Values, x_b: Values, alpha: z.number().default(0.05) }),
    ({ y_a, x_a, y_b, x_b, alpha }) =>
      cupedAnswer(covariateOf(y_a, x_a), covariateOf(y_b, x_b), false, alpha),
  ),
  cuped_ratio_sums: given(
    z.object({ a: RatioHistory, b: RatioHistory, difference_type: z.string(), alpha: z.number() }),
    ({ a, b, difference_type, alpha }) => {
      const result = cupedRatio(ratioHistoryOf(a), ratioHistoryOf(b), alpha);
      if (result.kind !== "estimated") return statusOf(result.kind);
      const relative = difference_type === "relative" ? result.relative : undefined;
      const estimate = relative?.difference ?? result.difference;
      const se = relative?.standardError ?? result.standardError;
      // GrowthBook: Welch's t from the adjusted variances of the absolute difference.
      const df = result.degreesOfFreedom;
      const reach = studentQuantile(1 - alpha / 2, df) * se;
      return {
        theta: result.theta,
        estimate,
        se,
        ci: [estimate - reach, estimate + reach],
        p_value: twoSided(studentSf(Math.abs(estimate / se), df)),
      };
    },
  ),
  ancova: given(Rows, (input) => errorsOf(input, ancova)),
  lin_interacted: given(Rows, (input) => errorsOf(input, linInteracted)),
  ols_from_sums: given(
    z.object({ XtX: z.array(Values), Xty: Values, yty: z.number(), n: z.number() }),
    ({ XtX, Xty, yty, n }) => {
      const gram = XtX.map((row) => Float64Array.from(row));
      const result = olsFromSums({ rows: n, gram, cross: Xty, outcomeSquares: yty });
      if (result.kind !== "fitted") return statusOf(result.kind);
      return {
        coef: [...result.coefficients],
        se_ols: [...result.standardErrors],
        sigma2: result.residualVariance,
      };
    },
  ),
  post_stratification: given(
    z.object({ strata: Strata, difference_type: z.string(), alpha: z.number().default(0.05) }),
    ({ strata, difference_type, alpha }) =>
      gbPostStratified(strataOf(strata), difference_type === "relative", alpha),
  ),
  post_stratification_fixed_weights: given(z.object({ strata: Strata }), ({ strata }) => {
    const result = postStratified(strataOf(strata), 0.05);
    return result.kind === "estimated"
      ? {
          estimate: result.difference,
          se: result.standardError,
          z: result.statistic,
          p: result.pValue,
          ci: result.interval,
        }
      : statusOf(result.kind);
  }),
};
