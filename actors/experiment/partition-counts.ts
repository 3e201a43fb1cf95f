import type { PartitionCounts } from "../../protocols/pipeline.ts";

/** What is counted where it happens; the rest is looked up when somebody asks. */
type Counted = "duplicates" | "late" | "optedOut" | "bots" | "merged" | "forwarded" | "dropped" | "unknown";

export type Counts = { -readonly [Name in Counted]: PartitionCounts[Name] } & {
  readonly ingested: Record<string, number>;
};

export const noCounts = (): Counts => ({
  ingested: {},
  duplicates: 0,
  late: 0,
  optedOut: 0,
  bots: 0,
  merged: 0,
  forwarded: 0,
  dropped: 0,
  unknown: 0,
});
