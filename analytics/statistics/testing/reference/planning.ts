import { z } from "zod";
import { detectableDifference, nonInferiorityUnits, proportionUnits } from "../../planning/closed-forms.ts";
import { tPower, tUnits, zPower, zUnits } from "../../planning/power.ts";
import { type AnswerTable, given } from "./answer.ts";

const Effect = z.object({
  effect_size: z.number(),
  alpha: z.number(),
  ratio: z.number().default(1),
  sides: z.union([z.literal(1), z.literal(2)]).default(2),
});
const WithUnits = Effect.extend({ nobs1: z.number() });
const WithPower = Effect.extend({ power: z.number() });

const comparisonOf = ({ effect_size, alpha, ratio, sides }: z.infer<typeof Effect>) =>
  ({ effectSize: effect_size, alpha, ratio, sides }) as const;

const Detectable = z.object({
  var_a: z.number(),
  var_b: z.number(),
  n_a: z.number(),
  n_b: z.number(),
  alpha: z.number(),
  power: z.number(),
  mean_a: z.number().optional(),
  rho: z.number().default(0),
});

const detectable = given(Detectable, ({ var_a, var_b, n_a, n_b, alpha, power, mean_a, rho }) => {
  const groups = [
    { variance: var_a, units: n_a },
    { variance: var_b, units: n_b },
  ];
  const difference = detectableDifference(groups, { alpha, power, sides: 2 }, rho);
  return {
    mde_abs: difference,
    mde_rel: difference === undefined || mean_a === undefined ? undefined : difference / Math.abs(mean_a),
    n_multiplier: 1 - rho ** 2,
  };
});

export const planningAnswers: AnswerTable = {
  ttest_power: given(WithUnits, (input) => ({ power: tPower(input.nobs1, comparisonOf(input)) })),
  ttest_sample_size: given(WithPower, (input) => ({ nobs1: tUnits(comparisonOf(input), input.power) })),
  ztest_power: given(WithUnits, (input) => ({ power: zPower(input.nobs1, comparisonOf(input)) })),
  ztest_sample_size: given(WithPower, (input) => ({ nobs1: zUnits(comparisonOf(input), input.power) })),
  mde_normal: detectable,
  mde_normal_cuped: detectable,
  proportion_sample_size: given(
    z.object({
      p_a: z.number(),
      p_b: z.number(),
      alpha: z.number(),
      power: z.number(),
      ratio: z.number().default(1),
    }),
    ({ p_a, p_b, alpha, power, ratio }) => {
      const units = proportionUnits(p_a, p_b, { alpha, power, sides: 2 }, ratio);
      return {
        n_per_arm_unpooled: units?.unpooled,
        n_per_arm_pooled_null: units?.pooledNull,
        n_per_arm_arcsine: units?.arcsine,
        cohen_h: units?.effectSize,
      };
    },
  ),
  noninferiority_sample_size: given(
    z.object({
      sd: z.number(),
      margin: z.number(),
      true_diff: z.number().default(0),
      alpha_one_sided: z.number(),
      power: z.number(),
    }),
    ({ sd, margin, true_diff, alpha_one_sided, power }) => ({
      n_per_arm: nonInferiorityUnits(sd, Math.abs(margin), true_diff, { alpha: alpha_one_sided, power }),
    }),
  ),
};
