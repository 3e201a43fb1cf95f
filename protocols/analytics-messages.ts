import { z } from "zod";
import { ExperimentDefinition } from "./experiment.ts";
import { EnvironmentKey, UnitId } from "./ids.ts";
import type { ExperimentSummary } from "./results.ts";
import type { RowAnswer } from "./row-answers.ts";
import type { Monitor } from "./scorecard.ts";

// Core requests between processes (subjects in topology.ts). Answers are Reply envelopes.

/** `subjects.analyse`. Answer: Analysis. */
export interface AnalyseRequest {
  readonly definition: ExperimentDefinition;
  readonly summary: ExperimentSummary;
  /** Where it runs; with it, the answer brings along what there is from rows. */
  readonly environment?: EnvironmentKey | undefined;
  /** What earlier looks left; absent at the first. */
  readonly monitor?: Monitor | undefined;
  /** By metric, what was computed from single values last. */
  readonly rows?: Readonly<Record<string, RowAnswer>> | undefined;
  /** Planned looks are taken by the coordinator's own looks only, which are written down; who asks meanwhile takes none. */
  readonly takesLooks?: boolean | undefined;
  /** When it is looked, epoch ms. Absent: nothing is said that needs the time. */
  readonly at?: number | undefined;
}

/** `subjects.warehouseSummary`. Answer: ExperimentSummary, recomputed from ClickHouse. */
export const WarehouseSummaryRequest = z.strictObject({
  environment: EnvironmentKey,
  definition: ExperimentDefinition,
  /** The same sums by day, or by each of the experiment's dimensions, besides the total. */
  detail: z.enum(["days", "dimensions"]).optional(),
});
export type WarehouseSummaryRequest = z.infer<typeof WarehouseSummaryRequest>;

/** `subjects.sql`. Answer: a statement for each metric that a person can run (ReportQuery[]). */
export const SqlRequest = z.strictObject({ environment: EnvironmentKey, definition: ExperimentDefinition });
export type SqlRequest = z.infer<typeof SqlRequest>;

/** `subjects.warehousePosition`. Every EVENTS sequence up to `acknowledged` is in ClickHouse. */
export interface WarehousePosition {
  readonly acknowledged: number;
}

/** `subjects.deleteUnit`. Answer: DeletionProof. Removes the unit, and all that are linked to it, from ClickHouse. */
export const DeleteUnitRequest = z.strictObject({ environment: EnvironmentKey, unit: UnitId });
export type DeleteUnitRequest = z.infer<typeof DeleteUnitRequest>;

export interface DeletionProof {
  /** The unit, and those linked to it. */
  readonly units: number;
  /** Rows that were there. */
  readonly removed: number;
  /** Rows that a count found afterwards. */
  readonly left: number;
  /** Why it is not proved yet, though no row is left: sums or damaged files in which the unit may be. */
  readonly waiting?: string;
}

/** Units whose 64-bit hash lies in from ≤ hash ≤ to; decimal text. */
export const UnitHashRange = z.strictObject({
  from: z.string().regex(/^\d{1,20}$/),
  to: z.string().regex(/^\d{1,20}$/),
});
export type UnitHashRange = z.infer<typeof UnitHashRange>;

/** Asks of `partition/<environment>/<n>` (a fold). */
export const PartitionMessage = z.discriminatedUnion("type", [
  /** Answer: PartialSums of that experiment, or undefined when the fold has not met it. `range`: over those units only. */
  z.strictObject({
    type: z.literal("sums"),
    experiment: z.string(),
    range: UnitHashRange.optional(),
    /** The same sums by day and by dimension, too. Not with a range. */
    detail: z.boolean().optional(),
  }),
  /** Answer: {position}. */
  z.strictObject({ type: z.literal("position") }),
  /** Answer: PartitionCounts. */
  z.strictObject({ type: z.literal("counts") }),
]);
export type PartitionMessage = z.infer<typeof PartitionMessage>;

/** Asks of `experiment/<environment>/<experiment>` (a service). */
export const ExperimentMessage = z.discriminatedUnion("type", [
  /** Answer: ExperimentResult. `fresh` asks every partition instead of trusting notices. */
  z.strictObject({
    type: z.literal("result"),
    source: z.enum(["streaming", "warehouse"]),
    /** The same sums by day and by dimension, too. */
    detail: z.boolean().optional(),
  }),
]);
export type ExperimentMessage = z.infer<typeof ExperimentMessage>;
