import { z } from "zod";
import { adjust, type Adjustment, adjustments } from "../../multiplicity/adjust.ts";
import { preferentialLevels, rejectedByEvidence } from "../../multiplicity/levels.ts";
import { sequentialRatio } from "../../health/sequential-srm.ts";
import { pearson } from "../../health/srm.ts";
import { total } from "../../sequential/crossing.ts";
import { type AnswerTable, given } from "./answer.ts";

export const multiplicityAnswers: AnswerTable = {
  multiple_testing: given(z.object({ p: z.array(z.number()) }), ({ p }) =>
    Object.fromEntries(adjustments.map((adjustment: Adjustment) => [adjustment, adjust(p, adjustment)])),
  ),
  preferential_bonferroni: given(
    z.object({ alpha: z.number(), gamma: z.number(), variants: z.number(), metrics: z.number() }),
    ({ alpha, gamma, variants, metrics }) => {
      const levels = preferentialLevels(alpha, gamma, variants, metrics);
      return { alpha_primary: levels?.primary, alpha_secondary: levels?.others };
    },
  ),
  e_benjamini_hochberg: given(z.object({ e: z.array(z.number()), alpha: z.number() }), ({ e, alpha }) => ({
    rejected: rejectedByEvidence(e, alpha),
  })),
  srm_chi_square: given(
    z.object({ observed: z.array(z.number()), weights: z.array(z.number()) }),
    ({ observed, weights }) => {
      // Without our least number of units: other tools answer for any.
      const [units, weight] = [total(observed), total(weights)];
      const expected = weights.map((one) => (units * one) / weight);
      const { chiSquare, degreesOfFreedom, pValue } = pearson(observed, expected);
      return { chi2: chiSquare, p: pValue, df: degreesOfFreedom, expected };
    },
  ),
  sequential_srm_dirichlet: given(
    z.object({
      batches: z.array(z.array(z.number())),
      theta0: z.array(z.number()),
      concentration: z.number(),
    }),
    ({ batches, theta0, concentration }) => {
      const totals = theta0.map(() => 0);
      let least = 1;
      const steps = batches.map((batch) => {
        for (const [index, units] of batch.entries()) totals[index] = (totals[index] ?? 0) + units;
        const arms = totals.map((units, index) => ({ units, weight: theta0[index] ?? 0 }));
        const look = sequentialRatio(arms, concentration);
        if (look.kind !== "tested") return { status: look.kind };
        least = Math.min(least, look.pValue);
        return { log_bf: look.logBayesFactor, p: least };
      });
      return { steps };
    },
  ),
};
