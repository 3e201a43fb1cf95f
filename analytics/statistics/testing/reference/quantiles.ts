import { z } from "zod";
import type { Uncertain } from "../../effect.ts";
import { groupQuantile, quantileDifference, quantileUnitsMin } from "../../methods/quantile.ts";
import { uncertainRatio } from "../../methods/ratio.ts";
import { relativeLift } from "../../methods/relative.ts";
import { satterthwaite } from "../../methods/welch.ts";
import { normalUpperQuantile, studentQuantile, studentSf, twoSided } from "../../special/special.ts";
import { capAtQuantile, winsoriseByCount } from "../../variance-reduction/winsorise.ts";
import { variance } from "../../moments.ts";
import { type AnswerTable, given } from "./answer.ts";
import { momentsOf, statusOf, Values } from "./shapes.ts";

const GbQuantile = z.object({ n: z.number(), n_star: z.number(), nu: z.number() });
const GbPlain = GbQuantile.extend({ q: z.number(), lower: z.number(), upper: z.number() });
const GbClustered = GbQuantile.extend({
  quantile_hat: z.number(),
  quantile_lower: z.number(),
  quantile_upper: z.number(),
  main_sum: z.number(),
  main_sum_squares: z.number(),
  denominator_sum: z.number(),
  denominator_sum_squares: z.number(),
  main_denominator_sum_product: z.number(),
  n_clusters: z.number(),
});

/** Their variance of one value (n times that of the quantile), with (n − 1), a grid factor and a floor. */
function gbVariance(n: number, nStar: number, lower: number, upper: number): number {
  return (nStar / n) * (n - 1) * ((upper - lower) / (2 * normalUpperQuantile(0.025))) ** 2;
}

const floored = (n: number, value: number): number => (n < 100 ? value : Math.max(value, 1e-5));

function clusterVariance(g: z.infer<typeof GbClustered>): number {
  const clusters = g.n_clusters;
  const moment = (squares: number, first: number, second: number): number =>
    squares - (first * second) / clusters;
  const between = uncertainRatio({
    count: clusters,
    meanNumerator: g.main_sum / clusters,
    meanDenominator: g.denominator_sum / clusters,
    squaredNumerator: moment(g.main_sum_squares, g.main_sum, g.main_sum),
    squaredDenominator: moment(g.denominator_sum_squares, g.denominator_sum, g.denominator_sum),
    crossDeviations: moment(g.main_denominator_sum_product, g.main_sum, g.denominator_sum),
  });
  const own = gbVariance(g.n, g.n_star, g.quantile_lower, g.quantile_upper);
  return floored(g.n, (own * (between?.variance ?? 0)) / ((g.nu * (1 - g.nu)) / g.n));
}

interface GbArm extends Uncertain {
  readonly n: number;
  readonly nu: number;
}

function gbTest(a: GbArm, b: GbArm, relative: boolean, alpha: number): Record<string, unknown> {
  if ([a, b].some(({ n, nu }) => n < quantileUnitsMin(nu))) return statusOf("too_few_units");
  if (!(a.variance > 0 && b.variance > 0)) return statusOf("no_variance");
  const lift = relativeLift(a, b, 0);
  if (relative && lift === undefined) return statusOf("zero_denominator");
  const estimate = relative ? Math.sign(a.value) * (lift?.difference ?? 0) : b.value - a.value;
  const se = relative ? (lift?.standardError ?? 0) : Math.sqrt(a.variance + b.variance);
  const df = satterthwaite(a.variance, a.n, b.variance, b.n);
  const reach = studentQuantile(1 - alpha / 2, df) * se;
  const tail = studentSf(Math.abs(estimate / se), df);
  return {
    estimate,
    se,
    ci: [estimate - reach, estimate + reach],
    // Theirs is 2 (1 − cdf), which is 0 where a tail is below half a rounding unit.
    p_value: 2 * tail < 1e-16 ? 0 : twoSided(tail),
  };
}

export const quantileAnswers: AnswerTable = {
  quantile_outer_ci: given(
    z.object({ a: Values, b: Values, nu: z.number(), alpha: z.number(), interpolation: z.literal("type7") }),
    ({ a, b, nu, alpha }) => {
      const [control, variant] = [groupQuantile(a, nu, alpha), groupQuantile(b, nu, alpha)];
      if (control.kind !== "quantile") return statusOf(control.kind);
      if (variant.kind !== "quantile") return statusOf(variant.kind);
      const result = quantileDifference(control, variant, alpha);
      return {
        q_a: control.quantile,
        q_b: variant.quantile,
        lower_a: control.lower,
        upper_a: control.upper,
        lower_b: variant.lower,
        upper_b: variant.upper,
        var_a: control.variance,
        var_b: variant.variance,
        ...(result.kind === "estimated"
          ? {
              diff: result.difference,
              se: result.standardError,
              z: result.statistic,
              p: result.pValue,
              ci: result.interval,
            }
          : { diff: variant.quantile - control.quantile, ...statusOf(result.kind) }),
      };
    },
  ),
  gb_quantile: given(
    z.object({ a: GbPlain, b: GbPlain, difference_type: z.string(), alpha: z.number() }),
    ({ a, b, difference_type, alpha }) => {
      const arm = ({ n, n_star, nu, q, lower, upper }: z.infer<typeof GbPlain>): GbArm => ({
        n,
        nu,
        value: q,
        variance: floored(n, gbVariance(n, n_star, lower, upper)) / n,
      });
      return gbTest(arm(a), arm(b), difference_type === "relative", alpha);
    },
  ),
  gb_quantile_clustered: given(
    z.object({ a: GbClustered, b: GbClustered, difference_type: z.string(), alpha: z.number() }),
    ({ a, b, difference_type, alpha }) => {
      const [varA, varB] = [clusterVariance(a), clusterVariance(b)];
      return {
        ...gbTest(
          { n: a.n, nu: a.nu, value: a.quantile_hat, variance: varA / a.n },
          { n: b.n, nu: b.nu, value: b.quantile_hat, variance: varB / b.n },
          difference_type === "relative",
          alpha,
        ),
        var_a: varA,
        var_b: varB,
      };
    },
  ),
  winsorize_upper: given(
    z.object({ x: Values, upper_percentile: z.number(), interpolation: z.literal("type7") }),
    ({ x, upper_percentile }) => {
      const result = capAtQuantile(x, upper_percentile);
      if (result.kind !== "capped") return statusOf(result.kind);
      const moments = momentsOf([...result.values]);
      return {
        cap: result.cap,
        capped: [...result.values],
        mean: moments.mean,
        var: variance(moments),
      };
    },
  ),
  winsorize_counts: given(
    z.object({ x: Values, limits: z.tuple([z.number(), z.number()]) }),
    ({ x, limits }) => {
      const result = winsoriseByCount(x, limits);
      return result instanceof Float64Array ? { winsorized: [...result] } : statusOf(result.kind);
    },
  ),
};
