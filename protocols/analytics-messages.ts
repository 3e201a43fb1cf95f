import { z } from "zod";
import { ExperimentDefinition } from "./experiment.ts";
import { EnvironmentKey } from "./ids.ts";
import type { ExperimentSummary } from "./results.ts";

// Core requests between processes (subjects in topology.ts). Answers are Reply envelopes.

/** `subjects.analyse`. Answer: Analysis. */
export interface AnalyseRequest {
  readonly definition: ExperimentDefinition;
  readonly summary: ExperimentSummary;
}

/** `subjects.warehouseSummary`. Answer: ExperimentSummary, recomputed from ClickHouse. */
export const WarehouseSummaryRequest = z.strictObject({
  environment: EnvironmentKey,
  definition: ExperimentDefinition,
});
export type WarehouseSummaryRequest = z.infer<typeof WarehouseSummaryRequest>;

/** `subjects.warehousePosition`. Every EVENTS sequence up to `acknowledged` is in ClickHouse. */
export interface WarehousePosition {
  readonly acknowledged: number;
}

/** Asks of `partition/<environment>/<n>` (a fold). */
export const PartitionMessage = z.discriminatedUnion("type", [
  /** Answer: PartialSums of that experiment, or undefined when the fold has not met it. */
  z.strictObject({ type: z.literal("sums"), experiment: z.string() }),
  /** Answer: {position}. */
  z.strictObject({ type: z.literal("position") }),
]);
export type PartitionMessage = z.infer<typeof PartitionMessage>;

/** Asks of `experiment/<environment>/<experiment>` (a service). */
export const ExperimentMessage = z.discriminatedUnion("type", [
  /** Answer: ExperimentResult. `fresh` asks every partition instead of trusting notices. */
  z.strictObject({ type: z.literal("result"), source: z.enum(["streaming", "warehouse"]) }),
]);
export type ExperimentMessage = z.infer<typeof ExperimentMessage>;
