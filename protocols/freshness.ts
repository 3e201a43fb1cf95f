import type { EpochMs } from "./time.ts";

// Whether the events that running experiments read still come.

export interface EventFreshness {
  readonly event: string;
  /** Running experiments with a metric that reads it, by key. */
  readonly experiments: readonly string[];
  /**
   * flowing: one came lately, for how often they come. stalled: none for longer than is usual by far. missing: none
   * since the experiment started, long enough ago. waiting: none yet, and it is too early to say.
   */
  readonly state: "flowing" | "stalled" | "missing" | "waiting";
  /** When the newest was taken in; after a restart of analytics no later than that. Absent: none in a week. */
  readonly newestAt?: EpochMs;
  /** Half of the gaps between two of them were shorter, over the last week. Absent: too few came to say. */
  readonly medianGapMs?: number;
  /** How long none may come before that is an alarm. */
  readonly quietMsMax: number;
}

/** Of one environment. Bucket FRESHNESS, key `<environment>`. */
export interface FreshnessRecord {
  readonly environment: string;
  readonly at: EpochMs;
  readonly events: readonly EventFreshness[];
}
