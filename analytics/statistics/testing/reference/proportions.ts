import { z } from "zod";
import { independence } from "../../methods/chi-square.ts";
import { fisherTwoSided } from "../../methods/exact-tails.ts";
import {
  agrestiCaffo,
  clopperPearson,
  unpooledError,
  waldDifference,
} from "../../methods/proportion-intervals.ts";
import { newcombe, twoProportion, wilson } from "../../methods/two-proportion.ts";
import { normalSf, twoSided } from "../../special/special.ts";
import { type AnswerTable, given } from "./answer.ts";
import { statusOf } from "./shapes.ts";
import { statsmodelsScore } from "./statsmodels-score.ts";

const TwoProportions = z.object({
  x_a: z.number(),
  n_a: z.number(),
  x_b: z.number(),
  n_b: z.number(),
  alpha: z.number().default(0.05),
});

export const proportionAnswers: AnswerTable = {
  two_proportions: given(TwoProportions, ({ x_a, n_a, x_b, n_b, alpha }) => {
    const a = { count: n_a, successes: x_a };
    const b = { count: n_b, successes: x_b };
    const result = twoProportion(a, b, alpha);
    const unpooled = unpooledError(a, b);
    const zUnpooled = (x_b / n_b - x_a / n_a) / unpooled;
    const table = [
      [x_a, n_a - x_a],
      [x_b, n_b - x_b],
    ];
    const plain = independence(table);
    const yates = independence(table, true);
    return {
      diff: x_b / n_b - x_a / n_a,
      ...(result.kind === "estimated"
        ? { z_pooled: result.statistic, p_pooled: result.pValue }
        : { ...statusOf(result.kind), z_pooled: Number.NaN }),
      se_unpooled: unpooled,
      z_unpooled: zUnpooled,
      p_unpooled: twoSided(normalSf(Math.abs(zUnpooled))),
      ci_wald: waldDifference(a, b, alpha),
      ci_agresti_caffo: agrestiCaffo(a, b, alpha),
      ci_newcombe: newcombe(a, b, alpha),
      ci_score_mee: statsmodelsScore(a, b, alpha),
      ...(plain.kind === "tested" ? { chi2: plain.chiSquare, chi2_p: plain.pValue } : {}),
      ...(yates.kind === "tested" ? { chi2_yates: yates.chiSquare, chi2_yates_p: yates.pValue } : {}),
      fisher_p: fisherTwoSided(x_b, n_b, x_a + x_b, n_a + n_b),
      wilson_a: wilson(a, alpha),
      wilson_b: wilson(b, alpha),
      clopper_pearson_a: clopperPearson(a, alpha),
      clopper_pearson_b: clopperPearson(b, alpha),
    };
  }),
  chi_square_independence: given(z.object({ table: z.array(z.array(z.number())) }), ({ table }) => {
    const result = independence(table);
    return result.kind === "tested"
      ? { chi2: result.chiSquare, p: result.pValue, df: result.degreesOfFreedom }
      : statusOf(result.kind);
  }),
};
