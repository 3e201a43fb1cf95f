import { z } from "zod";
import { anytimeTPValue, anytimeTRadius, anytimeZRadius } from "../../sequential/anytime-t.ts";
import { radiusPerUnit } from "../../sequential/asymptotic.ts";
import { meanEvidence, pOfEvidence, productEvidence } from "../../sequential/evidence.ts";
import {
  betaBinomialBound,
  betaBinomialSize,
  logBetaBinomialMixture,
  logNormalMixture,
  normalMixtureBound,
  normalMixtureRho,
} from "../../sequential/howard-mixtures.ts";
import { approximateRhoSquared, exactRhoSquared, pOfLogE } from "../../sequential/mixture.ts";
import { bernoulliLogLikelihoodRatio, logLikelihoodRatio } from "../../sequential/msprt.ts";
import { type AnswerTable, given } from "./answer.ts";

const Sides = z.union([z.literal(1), z.literal(2)]);
const Plan = z.object({ t_opt: z.number(), alpha: z.number() });

const Mixture = z.object({
  s: z.number(),
  v: z.number(),
  v_opt: z.number(),
  alpha: z.number(),
  alpha_opt: z.number().default(0.05),
  sides: Sides.default(2),
});

/** n units an arm, each of variance sigma². */
const NormalLook = z.object({ n: z.number(), diff: z.number() });
const NormalTest = z.object({ sigma2: z.number(), tau2: z.number() });

const logRatioOf = (sigma2: number, tau2: number, { n, diff }: z.infer<typeof NormalLook>): number =>
  logLikelihoodRatio(diff, (2 * sigma2) / n, tau2) ?? Number.NaN;

export const alwaysValidAnswers: AnswerTable = {
  acs_rho2: given(Plan, ({ t_opt, alpha }) => ({
    rho2_exact: exactRhoSquared(t_opt, alpha),
    rho2_approx: approximateRhoSquared(t_opt, alpha),
    rho2_onesided_approx: approximateRhoSquared(t_opt, alpha, 1),
    rho2_onesided_exact: exactRhoSquared(t_opt, alpha, 1),
  })),
  acs_radius: given(
    Plan.extend({ n: z.array(z.number()), sigma: z.number().default(1) }),
    ({ t_opt: unitsPlanned, alpha, n, sigma }) => {
      const radii = (sides: 1 | 2, exact: boolean): number[] =>
        n.map((units) => radiusPerUnit(units, sigma, { unitsPlanned, alpha, sides, exact }));
      return {
        radius_exact_rho: radii(2, true),
        radius_approx_rho: radii(2, false),
        radius_one_sided: radii(1, false),
      };
    },
  ),
  msprt_normal_two_sample: given(
    NormalTest.extend({ looks: z.array(NormalLook) }),
    ({ sigma2, tau2, looks }) => {
      let least = 1;
      return {
        looks: looks.map((look) => {
          const logLambda = logRatioOf(sigma2, tau2, look);
          least = Math.min(least, pOfLogE(logLambda));
          return { n: look.n, lambda_: Math.exp(logLambda), log_lambda: logLambda, p: least };
        }),
      };
    },
  ),
  msprt_normal_two_sample_log: given(NormalTest.extend(NormalLook.shape), ({ sigma2, tau2, n, diff }) => {
    const logLambda = logRatioOf(sigma2, tau2, { n, diff });
    return { log_lambda: logLambda, lambda_: Math.exp(logLambda), p: pOfLogE(logLambda) };
  }),
  msprt_bernoulli_two_sample: given(
    z.object({
      tau2: z.number(),
      looks: z.array(z.object({ n: z.number(), p_a: z.number(), p_b: z.number() })),
    }),
    ({ tau2, looks }) => {
      const logs = looks.map(
        ({ n, p_a, p_b }) =>
          bernoulliLogLikelihoodRatio({ count: n, share: p_a }, { count: n, share: p_b }, tau2) ?? Number.NaN,
      );
      return { lambda_: logs.map(Math.exp), log_lambda: logs };
    },
  ),
  anytime_valid_linear_model: given(
    z.object({
      n: z.number(),
      k: z.number(),
      g: z.number(),
      alpha: z.number(),
      t_stat: z.number().optional(),
    }),
    ({ n: units, k: coefficients, g, alpha, t_stat }) => {
      const model = { units, coefficients, g };
      return {
        t_radius: anytimeTRadius(alpha, model) ?? Number.POSITIVE_INFINITY,
        z_radius: anytimeZRadius(alpha, units, g),
        p_value: t_stat === undefined ? undefined : anytimeTPValue(t_stat, model),
      };
    },
  ),
  normal_mixture: given(Mixture, ({ s, v, v_opt, alpha, alpha_opt, sides }) => {
    const rho = normalMixtureRho(v_opt, alpha_opt, sides);
    return {
      rho,
      log_mixture: logNormalMixture(s, v, rho, sides),
      bound: normalMixtureBound(v, rho, alpha, sides),
    };
  }),
  beta_binomial_mixture: given(
    Mixture.extend({ g: z.number(), h: z.number() }),
    ({ s, v, v_opt, g, h, alpha, alpha_opt, sides }) => {
      const mixture = { g, h, sides, size: betaBinomialSize(v_opt, alpha_opt, g, h, sides) };
      return {
        log_mixture: logBetaBinomialMixture(s, v, mixture),
        bound: betaBinomialBound(v, mixture, alpha),
      };
    },
  ),
  evalue_combination: given(z.object({ e: z.array(z.number()) }), ({ e }) => {
    const mean = meanEvidence(e);
    return {
      mean,
      product: productEvidence(e),
      p_from_mean: mean === undefined ? undefined : pOfEvidence(mean),
    };
  }),
};
