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
