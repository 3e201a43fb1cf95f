import type { BenchRow, BenchRun } from "../report.ts";

/** One part measures one promise, and the limit that it is held against, in the same run. */
export type StatisticsPart = (options: Parameters<BenchRun>[0]) => Promise<readonly BenchRow[]>;
