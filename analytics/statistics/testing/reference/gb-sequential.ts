import { z } from "zod";
import { alwaysValidPower } from "../../planning/always-valid-power.ts";
import { midExperimentPower } from "../../planning/mid-experiment.ts";
import { bernoulliSequence } from "../../sequential/bernoulli-sequence.ts";
import {
  approximateRhoSquared,
  logMixtureRatio,
  mixtureMultiplier,
  pOfLogE,
} from "../../sequential/mixture.ts";
import { normalSf, normalUpperQuantile, twoSided } from "../../special/special.ts";
import { type AnswerTable, given } from "./answer.ts";

// GrowthBook's conventions: the approximated rho², relative differences by the delta method with |baseline|, and
// proportions with variance p(1 − p).

const Sums = z.object({
  n: z.number(),
  sum: z.number(),
  sum_squares: z.number(),
  type: z.string().optional(),
});

const Pair = z.object({
  a: Sums,
  b: Sums,
  difference_type: z.enum(["relative", "absolute"]).default("relative"),
  alpha: z.number().default(0.05),
  tuning: z.number().default(5_000),
});

function momentsOf({ n, sum, sum_squares, type }: z.infer<typeof Sums>) {
  const mean = sum / n;
  const variance = type === "proportion" ? mean * (1 - mean) : (sum_squares - sum ** 2 / n) / (n - 1);
  return { mean, ofMean: variance / n };
}

function estimateOf({ a, b, difference_type }: Pick<z.infer<typeof Pair>, "a" | "b" | "difference_type">) {
  const [control, variant] = [momentsOf(a), momentsOf(b)];
  const difference = variant.mean - control.mean;
  const units = a.n + b.n;
  if (difference_type === "absolute")
    return { units, estimate: difference, standardError: Math.sqrt(control.ofMean + variant.ofMean) };
  const variance =
    variant.ofMean / control.mean ** 2 + (variant.mean ** 2 * control.ofMean) / control.mean ** 4;
  return { units, estimate: difference / Math.abs(control.mean), standardError: Math.sqrt(variance) };
}

const MultiplierInput = z.object({
  method: z.string(),
  n_t: z.number(),
  n_c: z.number(),
  var_t: z.number(),
  var_c: z.number(),
  alpha: z.number(),
  z_obs: z.number().default(0),
  tuning: z.number().optional(),
  n_star: z.number().optional(),
});

/** What each product mixes over and at which alpha; all through the one radius. */
function multiplierOf(input: z.infer<typeof MultiplierInput>) {
  const { method, n_t, n_c, var_t, var_c, alpha } = input;
  const variance = var_t / n_t + var_c / n_c;
  if (method.startsWith("statsig")) {
    const critical = normalUpperQuantile(alpha / 2);
    const tau = (critical ** 2 * (var_t + var_c)) / (n_t + n_c);
    const widest = mixtureMultiplier(tau / variance, alpha / 2);
    // Statsig shrinks z by the ratio of the plain critical value to the sequential one.
    return {
      variance,
      tau,
      widest,
      pValue: (z: number) => twoSided(normalSf((Math.abs(z) * critical) / widest)),
    };
  }
  const tuning = input.tuning ?? input.n_star ?? (method.startsWith("eppo") ? 10_000 : 5_000);
  const tau = variance * (n_t + n_c) * approximateRhoSquared(tuning, alpha);
  const ratio = tau / variance;
  return {
    variance,
    tau,
    widest: mixtureMultiplier(ratio, alpha),
    pValue: (z: number) => pOfLogE(logMixtureRatio(z, ratio)),
  };
}

export const gbSequentialAnswers: AnswerTable = {
  gb_sequential_two_sided: given(Pair, (input) => {
    const { units, estimate, standardError } = estimateOf(input);
    const rhoSquared = approximateRhoSquared(input.tuning, input.alpha);
    const radius = standardError * mixtureMultiplier(units * rhoSquared, input.alpha);
    return {
      estimate,
      se: standardError,
      ci: [estimate - radius, estimate + radius],
      halfwidth: radius,
      p_value: pOfLogE(logMixtureRatio(estimate / standardError, units * rhoSquared)),
      rho: Math.sqrt(rhoSquared),
    };
  }),
  gb_sequential_one_sided: given(
    Pair.extend({ alternative: z.string().optional(), direction: z.string().optional() }),
    (input) => {
      const { units, estimate, standardError } = estimateOf(input);
      const rhoSquared = approximateRhoSquared(input.tuning, input.alpha, 1);
      const radius = standardError * mixtureMultiplier(units * rhoSquared, input.alpha, 1);
      const lesser = (input.alternative ?? input.direction ?? "").startsWith("less");
      return {
        estimate,
        se: standardError,
        ci: lesser
          ? [Number.NEGATIVE_INFINITY, estimate + radius]
          : [estimate - radius, Number.POSITIVE_INFINITY],
        halfwidth: radius,
        rho: Math.sqrt(rhoSquared),
      };
    },
  ),
  sequential_multiplier: given(MultiplierInput, (input) => {
    const { variance, tau, widest, pValue } = multiplierOf(input);
    return { z_star: widest, V: variance, tau, p_value: pValue(input.z_obs) };
  }),
  gb_sequential_power_bound: given(
    z.object({
      alpha: z.number(),
      tuning: z.number(),
      n_total: z.number(),
      mde: z.number(),
      se2: z.number(),
    }),
    ({ alpha, tuning, n_total, mde, se2 }) => ({
      power: alwaysValidPower(mde, Math.sqrt(se2), n_total, {
        alpha,
        unitsPlanned: tuning,
        approximate: true,
      }),
    }),
  ),
  gb_mid_experiment_power: given(
    Pair.extend({
      mde: z.number(),
      target_power: z.number().default(0.8),
      sequential: z.boolean().default(false),
      num_goal_metrics: z.number().default(1),
      num_variations: z.number().default(2),
    }),
    (input) => {
      const { units, standardError } = estimateOf(input);
      const result = midExperimentPower({
        effect: input.mde,
        standardError,
        units,
        alpha: input.alpha / ((input.num_variations - 1) * input.num_goal_metrics),
        power: input.target_power ** (1 / input.num_goal_metrics),
        ...(input.sequential && { alwaysValid: { unitsPlanned: input.tuning, approximate: true } }),
      });
      if (result.kind !== "estimated") return { status: result.kind };
      return {
        scaling_factor: result.growth,
        power_now: result.powerNow,
        additional_users: result.unitsMore,
      };
    },
  ),
  bernoulli_confidence_sequence: given(
    z.object({ successes: z.number(), trials: z.number(), alpha: z.number(), t_opt: z.number() }),
    ({ successes, trials, alpha, t_opt }) => bernoulliSequence(successes, trials, alpha, t_opt) ?? {},
  ),
};
