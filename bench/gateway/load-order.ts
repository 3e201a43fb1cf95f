/** What the generator is asked for. */
export interface LoadOrder {
  readonly port: number;
  /** Asked in turn. A serial mark in one becomes a new number each time it is asked. */
  readonly requests: readonly string[];
  readonly connections: number;
  readonly ms: number;
  /** Absent: as fast as answers come. */
  readonly requestsPerSecond?: number;
  /**
   * Look at the schedule once a millisecond instead of all the time: a request may leave a millisecond late, which its
   * latency includes, and the core is free for others in between.
   */
  readonly yields?: boolean;
  /** Note when each version of the plan was first answered from. */
  readonly watchesVersion?: boolean;
}

export interface LoadOutcome {
  readonly requests: number;
  /** Answers that were no 200, and at a fixed rate requests that got none. */
  readonly notOk: number;
  readonly ms: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Share of the requests that took longer than `slowMs`. */
  readonly slowShare: number;
  /** Version and machine time of the first answer from it. */
  readonly firstSeen: readonly (readonly [version: number, atMs: number])[];
}

/** No request may wait longer for a new plan. */
export const slowMs = 5;
