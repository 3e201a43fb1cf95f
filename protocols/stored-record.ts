import { z } from "zod";
import { EnvironmentKey } from "./ids.ts";
import type { LogRecord } from "./log-record.ts";
import { partitionsMax } from "./topology.ts";

// The log as ClickHouse still has it when the stream has forgotten it. Units and ids are hashes there; what no sum needs
// (decisions, rankings, rewards, shadows, handovers between partitions) is left out.

/** One record, in the order of the log. */
export interface StoredRecord {
  /** Its message's sequence × 16,384 + its place in the message; 0: said outside of the log. */
  readonly order: number;
  /** Words of its id's hash (`eventHash`); absent where a repetition changes nothing. */
  readonly hash?: readonly [high: number, low: number];
  /** Without its id, and with a unit id that stands for the unit's hash. */
  readonly record: LogRecord;
}

/** Where to go on: behind this row. */
export const LogCursor = z.strictObject({
  precedence: z.string().regex(/^\d{1,20}$/),
  kind: z.number().int(),
  unit: z.string().regex(/^\d{1,20}$/),
});
export type LogCursor = z.infer<typeof LogCursor>;

/**
 * `subjects.logRows`: the records of one partition's units up to a message of the log, first to last; and those of units
 * of other partitions that count as one of its own by then, so that nothing has to be handed over again.
 */
export const LogRowsRequest = z.strictObject({
  environment: EnvironmentKey,
  partition: z.number().int().min(0),
  partitions: z.number().int().min(1).max(partitionsMax),
  upTo: z.number().int().nonnegative(),
  after: LogCursor.optional(),
});
export type LogRowsRequest = z.infer<typeof LogRowsRequest>;

export interface LogRows {
  readonly records: readonly StoredRecord[];
  /** Absent: these were the last. */
  readonly next?: LogCursor;
}
