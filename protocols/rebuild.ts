import { z } from "zod";

/** `partition` absent: one after the other, all. `dryRun`: what a rebuild would change, and nothing is replaced. */
export const RebuildInput = z.strictObject({
  partition: z.number().int().min(0).optional(),
  dryRun: z.boolean().optional(),
});
export type RebuildInput = z.infer<typeof RebuildInput>;

/** One number of an experiment's sums that is another when it is counted anew. */
export const SumDifference = z.strictObject({
  partition: z.number(),
  /** As in `variants.red.metrics.spend.sum`. */
  path: z.string(),
  before: z.unknown(),
  after: z.unknown(),
});
export type SumDifference = z.infer<typeof SumDifference>;

export const RebuildReport = z.strictObject({
  experiment: z.string(),
  environment: z.string(),
  partitions: z.array(
    z.strictObject({
      partition: z.number(),
      position: z.number(),
      messages: z.number(),
      tookMs: z.number(),
      /** The sums made again are the ones that count from now on. */
      swapped: z.boolean(),
    }),
  ),
  /** Of the experiment; the first few. */
  differences: z.array(SumDifference),
  /** How many there are. */
  different: z.number(),
});
export type RebuildReport = z.infer<typeof RebuildReport>;
