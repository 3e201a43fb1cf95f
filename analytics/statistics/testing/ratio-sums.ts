import { z } from "zod";
import type { PairSummary } from "../bivariate.ts";

/** Ratio moments as gbstats takes them: plain sums. */
export const RatioSums = z.object({
  n: z.number(),
  sum_m: z.number(),
  sum_mm: z.number(),
  sum_d: z.number(),
  sum_dd: z.number(),
  sum_md: z.number(),
});

export function pairSummaryOfSums(sums: z.infer<typeof RatioSums>): PairSummary {
  return {
    count: sums.n,
    meanNumerator: sums.sum_m / sums.n,
    meanDenominator: sums.sum_d / sums.n,
    squaredNumerator: sums.sum_mm - sums.sum_m ** 2 / sums.n,
    squaredDenominator: sums.sum_dd - sums.sum_d ** 2 / sums.n,
    crossDeviations: sums.sum_md - (sums.sum_m * sums.sum_d) / sums.n,
  };
}
