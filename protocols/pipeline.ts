/** How far each stage is with the environment's events: level when every number of a partition is the same. */
export interface PipelinePosition {
  readonly partitions: readonly {
    readonly partition: number;
    /** Last sequence in EVENTS for this partition; 0 when empty. */
    readonly stream: number;
    /** Last sequence folded into the rolling sums. */
    readonly folded: number;
  }[];
  /** Every EVENTS sequence up to this one is in ClickHouse. */
  readonly warehouse: number;
  /** True when every fold has reached its partition's last message and the warehouse the newest of all. */
  readonly level: boolean;
}

/** What a partition's fold made of its records, since its stream began. */
export interface PartitionCounts {
  /** Last stream sequence in these counts. */
  readonly position: number;
  /** By type, without duplicates. */
  readonly ingested: Readonly<Record<string, number>>;
  readonly duplicates: number;
  /** Events that wait for an exposure now, and those that did in vain. */
  readonly pending: number;
  readonly expired: number;
  /** More than a day old when they were taken in. */
  readonly late: number;
  /** Units, in each experiment. */
  readonly crossovers: number;
  /** Units. */
  readonly optedOut: number;
  readonly bots: number;
  /** Units that count as others here, and records handed on to where their unit counts. */
  readonly merged: number;
  readonly forwarded: number;
  /** Records of units that opted out or are deleted. */
  readonly dropped: number;
  /** Exposures of an experiment, a phase or a variant that the partition does not know. */
  readonly unknown: number;
}
