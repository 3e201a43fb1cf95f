import { z } from "zod";

/** Where the past is read: the stream EVENTS from its first message, or ClickHouse and then what the stream still has. */
export const RebuildFrom = z.enum(["stream", "warehouse"]);
export type RebuildFrom = z.infer<typeof RebuildFrom>;

/** `partition` absent: one after the other, all. `dryRun`: what a rebuild would change, and nothing is replaced. */
export const RebuildInput = z.strictObject({
  /** Absent: the stream where it has its first message, else ClickHouse. */
  from: RebuildFrom.optional(),
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
      /** Of the stream. */
      messages: z.number(),
      from: RebuildFrom.optional(),
      /** Rows of ClickHouse, and the message of the stream up to which they were read. */
      rows: z.number().optional(),
      rowsUpTo: z.number().optional(),
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

/** How far the rebuild of one partition is. */
export const RebuildProgress = z.strictObject({
  partition: z.number(),
  running: z.boolean(),
  messages: z.number(),
  rows: z.number(),
  /** Of the way through ClickHouse's rows, 0 to 1. */
  share: z.number(),
});
export type RebuildProgress = z.infer<typeof RebuildProgress>;
