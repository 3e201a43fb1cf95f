import type { EpochMs } from "./time.ts";

// The self-audit: rolling sums of the folds against the same sums from ClickHouse, at the same place in the log.

/** One number that the two sides have differently. */
export interface AuditDifference {
  /** Path in the summary: `variants.control.metrics.revenue.mean`. */
  readonly where: string;
  readonly streaming: number;
  readonly warehouse: number;
}

/** What the last look at an experiment found. Bucket AUDIT, and core subject `audit.<environment>.<experiment>`. */
export interface AuditRecord {
  readonly environment: string;
  readonly experiment: string;
  readonly phase: number;
  readonly at: EpochMs;
  /** pending: the two could not be brought to the same place in the log. */
  readonly state: "agrees" | "differs" | "pending";
  /** Units that were compared. */
  readonly units: number;
  /** The first few. */
  readonly differences?: readonly AuditDifference[];
  /** 64-bit hash of the first unit that differs, decimal text. */
  readonly unit?: string;
  /** Why it is pending. */
  readonly reason?: string;
}
