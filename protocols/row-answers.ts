import { z } from "zod";
import { ExperimentDefinition } from "./experiment.ts";
import { EnvironmentKey, MetricKey } from "./ids.ts";
import type { MetricRole, NoAnswer } from "./scorecard.ts";

// Answers that sums cannot give: computed from the single values of units, which ClickHouse keeps.

/**
 * percentile: of percentile metrics. capped_welch: values above a percentile of all arms together count as it.
 * mann_whitney: does a unit of one arm tend to more? bootstrap: of means, ratios and percentiles. regression: adjusted by
 * all covariates of the metric. cluster_cr2: for few units with many values each. distribution: what values there are.
 */
export const rowMethods = [
  "percentile",
  "capped_welch",
  "mann_whitney",
  "bootstrap",
  "regression",
  "cluster_cr2",
  "distribution",
] as const;
export const RowMethod = z.enum(rowMethods);
export type RowMethod = z.infer<typeof RowMethod>;

/** Core request `subjects.rowAnswer`. Answer: RowReply. */
export const RowRequest = z.strictObject({
  environment: EnvironmentKey,
  definition: ExperimentDefinition,
  metric: MetricKey,
  /** Absent: the one that the metric's definition calls for. */
  method: RowMethod.optional(),
  /** A cap that was found earlier, to be held to: only of capped_welch. */
  cap: z.number().optional(),
  /** How long to wait for an answer that is not there yet. */
  waitMs: z.number().int().min(0).max(5_000),
  /** Computed to its end though nobody may ask again: for whoever looks in later. */
  toEnd: z.boolean().optional(),
});
export type RowRequest = z.infer<typeof RowRequest>;

/** Asking again joins the same work; whoever does not ask for 15 s gives it up, but for `toEnd`. */
export type RowReply<Answered = RowAnswer> =
  | { readonly kind: "ready"; readonly answer: Answered }
  | { readonly kind: "working"; readonly progress: RowProgress };

export interface RowProgress {
  readonly stage: "waiting" | "reading" | "computing";
  /** Rows that were read, or pieces that were computed, of `of` where that is known. */
  readonly done: number;
  readonly of?: number;
}

export interface RowAnswer {
  readonly environment: string;
  readonly experiment: string;
  readonly phase: number;
  readonly metric: string;
  readonly role: MetricRole;
  readonly method: RowMethod;
  readonly alpha: number;
  /** When the rows were read, epoch ms, and the last message of the log that was certain to be among them, if known. */
  readonly asOf: number;
  readonly position?: number;
  /** Values that were read. */
  readonly rows: number;
  /** Of capped_welch: what values above it count as. Handed back as `cap`, it stays. */
  readonly cap?: number;
  /** Other variants against control. */
  readonly comparisons: readonly RowComparison[];
  /** Of method distribution. */
  readonly distributions?: readonly (Distribution | (NoAnswer & { readonly variant: string }))[];
  readonly took: { readonly readMs: number; readonly computeMs: number };
}

export interface RowComparison {
  readonly variant: string;
  /** Units, or events where the metric is of events. */
  readonly n: number;
  readonly nControl: number;
  readonly estimate: RowEstimate;
}

export type RowEstimate = RowEstimated | NoAnswer;

export interface RowEstimated {
  readonly kind: "estimated";
  /** What the groups are at: percentiles, means, ratios; absent where the method compares without. */
  readonly value?: number;
  readonly valueControl?: number;
  readonly difference: number;
  readonly standardError?: number;
  /** Absent where the groups are too small for one of that level. */
  readonly interval?: readonly [number, number];
  /** Of "no difference", two-sided. A bootstrap gives intervals only. */
  readonly pValue?: number;
  /** difference / |value of control|. */
  readonly relative?: { readonly difference: number; readonly interval: readonly [number, number] };
  /** By percentile: the order statistics around each group's. */
  readonly outer?: {
    readonly control: readonly [number, number];
    readonly variant: readonly [number, number];
  };
  readonly degreesOfFreedom?: number;
  /** By mann_whitney: the chance that a unit of the variant has more than one of control; ties count a half. */
  readonly superiority?: number;
  readonly replicates?: number;
  readonly clusters?: number;
  /** By capped_welch: how many values were above the cap. */
  readonly capped?: number;
  readonly cappedControl?: number;
  /** By regression. */
  readonly covariates?: readonly string[];
  readonly varianceReduction?: number;
}

export interface Distribution {
  readonly kind: "distribution";
  readonly variant: string;
  readonly n: number;
  readonly least: number;
  readonly most: number;
  readonly mean: number;
  /** At 1, 5, 10, 25, 50, 75, 90, 95 and 99 per cent. */
  readonly quantiles: readonly { readonly percent: number; readonly value: number }[];
  /** Counts between `edges[i]` ≤ value < `edges[i + 1]`, the last one with its end; the edges are the same for all variants. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  /** Values outside the edges, which leave out the outermost thousandth of all variants together. */
  readonly below: number;
  readonly above: number;
}
