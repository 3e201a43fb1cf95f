import { z } from "zod";
import type { PairSummary } from "../../bivariate.ts";
import type { MeanSummary } from "../../moments.ts";
import { meanSummaryOf, pairSummaryOf } from "../arbitraries.ts";

// The forms in which reference cases give their data.

export const Values = z.array(z.number());

export const PlainSums = z.object({ n: z.number(), sum: z.number(), sum_squares: z.number() });

export const momentsOfSums = ({ n, sum, sum_squares }: z.infer<typeof PlainSums>): MeanSummary => ({
  count: n,
  mean: n === 0 ? 0 : sum / n,
  squaredDeviations: n === 0 ? 0 : sum_squares - (sum * sum) / n,
});

export const momentsOf: (values: readonly number[]) => MeanSummary = meanSummaryOf;

export const pairsOf = (numerators: readonly number[], denominators: readonly number[]): PairSummary =>
  pairSummaryOf(numerators.map((value, index) => [value, denominators[index] ?? Number.NaN] as const));

/** The reference's names for what has no answer. */
export const statusOf = (kind: string): { readonly status: string } => ({
  status: kind === "no_variance" ? "undefined_zero_variance" : `undefined_${kind}`,
});
