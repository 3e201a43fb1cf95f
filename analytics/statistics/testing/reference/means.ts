import { z } from "zod";
import { equivalence } from "../../methods/equivalence.ts";
import { fiellerLift } from "../../methods/fieller.ts";
import { logLift } from "../../methods/log-lift.ts";
import { mannWhitney } from "../../methods/mann-whitney.ts";
import { relativeLift } from "../../methods/relative.ts";
import { uncertainMean, welch } from "../../methods/welch.ts";
import { type MeanSummary, variance } from "../../moments.ts";
import { mergePairs, noPairs } from "../../bivariate.ts";
import { normalUpperQuantile, studentQuantile, studentSf, twoSided } from "../../special/special.ts";
import { rankSums } from "../../methods/mann-whitney-exact.ts";
import { type AnswerTable, given } from "./answer.ts";
import { momentsOf, momentsOfSums, PlainSums, statusOf, Values } from "./shapes.ts";

const Alpha = z.number().default(0.05);

const Summaries = z.object({
  n_a: z.number(),
  mean_a: z.number(),
  var_a: z.number(),
  n_b: z.number(),
  mean_b: z.number(),
  var_b: z.number(),
  alpha: Alpha,
});

const armsOf = (m: z.infer<typeof Summaries>): readonly [MeanSummary, MeanSummary] => [
  { count: m.n_a, mean: m.mean_a, squaredDeviations: m.var_a * (m.n_a - 1) },
  { count: m.n_b, mean: m.mean_b, squaredDeviations: m.var_b * (m.n_b - 1) },
];

function welchAnswer(a: MeanSummary, b: MeanSummary, alpha: number): unknown {
  const result = welch(a, b, alpha);
  const common = {
    mean_a: a.mean,
    mean_b: b.mean,
    var_a: variance(a),
    var_b: variance(b),
    diff: b.mean - a.mean,
  };
  // Where we decline, the cases also carry what another tool makes of 0/0: shown, and never part of an answer of ours.
  if (result.kind !== "estimated") {
    if (result.kind !== "no_variance") return { ...common, ...statusOf(result.kind) };
    const t = common.diff / 0;
    return { ...common, ...statusOf(result.kind), se: 0, t, p_two_sided: Number.isNaN(t) ? t : 0 };
  }
  return {
    ...common,
    se: result.standardError,
    t: result.statistic,
    df: result.degreesOfFreedom,
    p_two_sided: result.pValue,
    p_greater: result.pGreater,
    p_less: result.pLess,
    ci_lower: result.interval[0],
    ci_upper: result.interval[1],
  };
}

const Part = z.object({
  n: z.number(),
  mean_x: z.number(),
  mean_y: z.number(),
  m2_x: z.number(),
  m2_y: z.number(),
  c_xy: z.number(),
});

/** scipy's exact p leaves ties out of the distribution; ours has them in it. */
function pWithoutTies(control: number, variant: number, statistic: number): number {
  const ranks = Array.from({ length: control + variant }, (_, index) => 2 * (index + 1));
  const larger = Math.floor(Math.max(statistic, control * variant - statistic));
  return twoSided(rankSums(ranks, variant, larger, 0.05).upper);
}

/** GrowthBook divides by the signed baseline, and takes the degrees of freedom of the absolute difference. */
function gbTest(a: MeanSummary, b: MeanSummary, relative: boolean, alpha: number): unknown {
  const absolute = welch(a, b, alpha);
  if (absolute.kind !== "estimated") return statusOf(absolute.kind);
  const lift = relativeLift(uncertainMean(a), uncertainMean(b), absolute.critical);
  if (relative && lift === undefined) return statusOf("zero_denominator");
  const sign = relative ? Math.sign(a.mean) : 1;
  const estimate = sign * (relative ? (lift?.difference ?? 0) : absolute.difference);
  const se = relative ? (lift?.standardError ?? 0) : absolute.standardError;
  const reach = studentQuantile(1 - alpha / 2, absolute.degreesOfFreedom) * se;
  return {
    estimate,
    se,
    ci: [estimate - reach, estimate + reach],
    p_value: twoSided(studentSf(Math.abs(estimate / se), absolute.degreesOfFreedom)),
  };
}

export const meanAnswers: AnswerTable = {
  welch_t: given(z.object({ a: Values, b: Values, alpha: Alpha }), ({ a, b, alpha }) =>
    welchAnswer(momentsOf(a), momentsOf(b), alpha),
  ),
  welch_t_stats: given(Summaries, (input) => welchAnswer(...armsOf(input), input.alpha)),
  relative_lift: given(Summaries, (input) => {
    const [a, b] = armsOf(input).map(uncertainMean);
    if (a === undefined || b === undefined) return {};
    const z = normalUpperQuantile(input.alpha / 2);
    const delta = relativeLift(a, b, z);
    const fieller = fiellerLift(a, b, z);
    const log = logLift(a, b, z);
    if (delta === undefined || fieller.kind === "zero_baseline") return statusOf("zero_denominator");
    return {
      lift: delta.difference,
      se_delta: delta.standardError,
      ci_delta: delta.interval,
      ci_log: log.kind === "interval" ? log.interval : undefined,
      fieller_g: fieller.g,
      ci_fieller: fieller.kind === "interval" ? fieller.interval : fieller.kind,
    };
  }),
  gb_two_sided_ttest: given(
    z.object({ a: PlainSums, b: PlainSums, difference_type: z.string(), alpha: Alpha }),
    ({ a, b, difference_type, alpha }) =>
      gbTest(momentsOfSums(a), momentsOfSums(b), difference_type === "relative", alpha),
  ),
  tost_welch: given(
    z.object({ a: Values, b: Values, low: z.number(), upp: z.number(), alpha: Alpha }),
    ({ a, b, low, upp, alpha }) => {
      const result = equivalence(momentsOf(a), momentsOf(b), { low, high: upp }, alpha);
      if (result.kind !== "tested") return statusOf(result.kind);
      return {
        p: result.pValue,
        t_lower: result.lower.statistic,
        p_lower: result.lower.pValue,
        df: result.degreesOfFreedom,
        t_upper: result.upper.statistic,
        p_upper: result.upper.pValue,
        equivalent: result.equivalent,
      };
    },
  ),
  merge_moments: given(z.object({ parts: z.array(Part) }), ({ parts }) => {
    const { count, ...all } = parts
      .map((part) => ({
        count: part.n,
        meanNumerator: part.mean_x,
        meanDenominator: part.mean_y,
        squaredNumerator: part.m2_x,
        squaredDenominator: part.m2_y,
        crossDeviations: part.c_xy,
      }))
      .reduce(mergePairs, noPairs);
    return {
      n: count,
      mean_x: all.meanNumerator,
      mean_y: all.meanDenominator,
      m2_x: all.squaredNumerator,
      m2_y: all.squaredDenominator,
      c_xy: all.crossDeviations,
    };
  }),
  mann_whitney: given(z.object({ a: Values, b: Values }), ({ a, b }) => {
    const result = mannWhitney(a, b, 0.05);
    if (result.kind !== "tested") return statusOf(result.kind);
    const tied = new Set([...a, ...b]).size < a.length + b.length;
    const exact = result.method === "exact" && !tied ? result.pValue : undefined;
    return {
      U_b: result.statistic,
      p_asymptotic_cc: result.pAsymptotic,
      p_exact: exact ?? pWithoutTies(a.length, b.length, result.statistic),
    };
  }),
};
