import { z } from "zod";
import { ExperimentDefinition } from "./experiment.ts";
import type { Comparison, DimensionSummary } from "./results.ts";
import type { NoAnswer } from "./scorecard.ts";

// An experiment's results within each value of one of its dimensions, and whether they differ between the values.

/** `subjects.breakdown`. Answer: Breakdown. The sums are ours, made by actors from counts: their shape is trusted. */
export const BreakdownRequest = z.object({
  definition: ExperimentDefinition,
  dimension: z.string(),
  values: z.array(z.custom<DimensionSummary>()),
});
export type BreakdownRequest = z.infer<typeof BreakdownRequest>;

export interface SegmentEffect extends Comparison {
  /** Among all values of the dimension with the same metric and variant, by Holm. Absent: no p-value of its own. */
  readonly adjustedPValue?: number;
}

export interface Segment {
  readonly value: string;
  readonly units: number;
  readonly effects: readonly SegmentEffect[];
}

/** Cochran's Q: do the values differ by more than chance lets them? */
export interface Heterogeneity {
  readonly kind: "tested";
  readonly q: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
  /** Share of the variation between the values that chance does not explain. */
  readonly iSquared: number;
}

export interface Breakdown {
  readonly dimension: string;
  readonly segments: readonly Segment[];
  /** Of each variant and metric. */
  readonly heterogeneity: readonly {
    readonly variant: string;
    readonly metric: string;
    readonly answer: Heterogeneity | NoAnswer;
  }[];
  /** How many comparisons each adjusted p-value was held against, in words. */
  readonly multiplicity: string;
}
