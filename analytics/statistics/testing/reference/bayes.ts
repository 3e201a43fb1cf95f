import { z } from "zod";
import { normalPosterior, posteriorOf } from "../../bayes/normal.ts";
import {
  betaBinomial,
  gammaPoisson,
  type RatePosterior,
  type RatePosteriorSilence,
} from "../../bayes/rates.ts";
import type { Uncertain } from "../../effect.ts";
import { compareRates } from "../../methods/poisson-rates.ts";
import { relativeLift } from "../../methods/relative.ts";
import { uncertainProportion } from "../../methods/two-proportion.ts";
import { uncertainMean } from "../../methods/welch.ts";
import { type AnswerTable, given } from "./answer.ts";
import { momentsOfSums, PlainSums, statusOf } from "./shapes.ts";

const Group = z.union([
  z.object({ type: z.literal("proportion"), n: z.number(), sum: z.number() }),
  PlainSums,
]);

const Prior = z.object({
  mean: z.number(),
  variance: z.number().optional(),
  sd: z.number().optional(),
  proper: z.boolean().default(true),
});

function groupOf(group: z.infer<typeof Group>): Uncertain {
  return "sum_squares" in group
    ? uncertainMean(momentsOfSums(group))
    : uncertainProportion({ count: group.n, successes: group.sum });
}

/** GrowthBook: the prior is one on the lift; an absolute difference sees it times |control's mean|. */
function bayesNormal(
  a: Uncertain,
  b: Uncertain,
  relative: boolean,
  prior: z.infer<typeof Prior> | null,
): unknown {
  const lift = relativeLift(a, b, 0);
  if (relative && lift === undefined) return statusOf("zero_denominator");
  if (!(a.variance > 0 && b.variance > 0)) return statusOf("no_variance");
  const scale = relative ? 1 : Math.abs(a.value);
  const estimate = relative
    ? { value: Math.sign(a.value) * (lift?.difference ?? 0), variance: (lift?.standardError ?? 0) ** 2 }
    : { value: b.value - a.value, variance: a.variance + b.variance };
  const believed =
    prior === null || !prior.proper
      ? undefined
      : { mean: prior.mean * scale, variance: (prior.variance ?? (prior.sd ?? 0) ** 2) * scale ** 2 };
  const posterior = normalPosterior(estimate, believed, 0.05);
  if (posterior.kind !== "posterior") return statusOf(posterior.kind);
  return {
    chance_to_win: posterior.chanceToWin,
    expected: posterior.mean,
    sd: posterior.standardDeviation,
    ci: posterior.interval,
    risk_control: posterior.lossControl,
    risk_treatment: posterior.lossVariant,
  };
}

const BetaBinomial = z.object({
  x_a: z.number(),
  n_a: z.number(),
  x_b: z.number(),
  n_b: z.number(),
  prior_alpha: z.number(),
  prior_beta: z.number(),
});

const TwoRates = z.object({
  events_a: z.number(),
  exposure_a: z.number(),
  events_b: z.number(),
  exposure_b: z.number(),
});

const armsOf = (input: z.infer<typeof TwoRates>) =>
  [
    { events: input.events_a, exposure: input.exposure_a },
    { events: input.events_b, exposure: input.exposure_b },
  ] as const;

export const bayesAnswers: AnswerTable = {
  bayes_normal: given(
    z.object({ a: Group, b: Group, difference_type: z.string(), prior: Prior.nullable().default(null) }),
    ({ a, b, difference_type, prior }) =>
      bayesNormal(groupOf(a), groupOf(b), difference_type === "relative", prior),
  ),
  normal_posterior_loss: given(z.object({ mean: z.number(), sd: z.number() }), ({ mean, sd }) => {
    if (!(sd > 0)) return statusOf("no_variance");
    const posterior = posteriorOf(mean, sd, 0.05);
    return {
      chance_to_win: posterior.chanceToWin,
      risk_treatment: posterior.lossVariant,
      risk_control: posterior.lossControl,
    };
  }),
  normal_normal_posterior: given(
    z.object({ prior_mean: z.number(), prior_var: z.number(), estimate: z.number(), se2: z.number() }),
    ({ prior_mean, prior_var, estimate, se2 }) => {
      const prior = { mean: prior_mean, variance: prior_var };
      const posterior = normalPosterior({ value: estimate, variance: se2 }, prior, 0.05);
      return posterior.kind === "posterior"
        ? {
            mean: posterior.mean,
            sd: posterior.standardDeviation,
            chance_to_win: posterior.chanceToWin,
            ci95: posterior.interval,
          }
        : statusOf(posterior.kind);
    },
  ),
  beta_binomial: given(BetaBinomial, (input) => {
    const result = betaBinomial(
      [
        { count: input.n_a, successes: input.x_a },
        { count: input.n_b, successes: input.x_b },
      ],
      { alpha: input.prior_alpha, beta: input.prior_beta },
      0.05,
    );
    return twoArms(result);
  }),
  beta_binomial_multi: given(
    z.object({
      arms: z.array(z.tuple([z.number(), z.number()])),
      prior_alpha: z.number(),
      prior_beta: z.number(),
    }),
    ({ arms, prior_alpha, prior_beta }) => {
      const result = betaBinomial(
        arms.map(([successes, count]) => ({ count, successes })),
        { alpha: prior_alpha, beta: prior_beta },
        0.05,
      );
      if (result.kind !== "posterior") return statusOf(result.kind);
      return {
        prob_best: result.arms.map(({ probabilityBest }) => probabilityBest),
        expected_max: result.expectedMax,
        expected_loss: result.arms.map(({ expectedLoss }) => expectedLoss),
      };
    },
  ),
  gamma_poisson: given(TwoRates.extend({ prior_shape: z.number(), prior_rate: z.number() }), (input) => {
    const result = gammaPoisson(armsOf(input), { shape: input.prior_shape, rate: input.prior_rate }, 0.05);
    return twoArms(result);
  }),
  poisson_two_rates_conditional: given(TwoRates, (input) => {
    const result = compareRates(...armsOf(input), 0.05);
    return result.kind === "tested"
      ? { p_two_sided: result.pValue, rate_ratio: result.ratio, ci: result.interval }
      : statusOf(result.kind);
  }),
};

function twoArms(result: RatePosterior | RatePosteriorSilence) {
  if (result.kind !== "posterior") return statusOf(result.kind);
  const [a, b] = result.arms;
  return {
    prob_b_beats_a: b?.probabilityBest,
    expected_loss_choose_b: b?.expectedLoss,
    expected_loss_choose_a: a?.expectedLoss,
    posterior_mean_a: a?.mean,
    posterior_mean_b: b?.mean,
    ci95_a: a?.interval,
    ci95_b: b?.interval,
  };
}
