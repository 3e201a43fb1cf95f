import type { AuditRecord } from "./audit.ts";
import type { ExperimentDefinition } from "./experiment.ts";
import type { EventFreshness } from "./freshness.ts";
import type { MetricType } from "./metric.ts";
import type { RowAnswer } from "./row-answers.ts";
import type { Finding, Monitor, Scorecard } from "./scorecard.ts";

// From sums to answers. Everything here crosses process borders as JSON; numbers are finite.

/** n units with this metric, their mean and Σ(y − mean)². Mergeable in any order (Chan). */
export interface MeanMoments {
  readonly kind: "mean";
  readonly count: number;
  readonly mean: number;
  readonly squaredDeviations: number;
}
/** n units, of which `successes` had the event. */
export interface ProportionCounts {
  readonly kind: "proportion";
  readonly count: number;
  readonly successes: number;
}
/** Moments of (numerator, denominator) per unit. */
export interface RatioMoments {
  readonly kind: "ratio";
  readonly count: number;
  readonly meanNumerator: number;
  readonly meanDenominator: number;
  readonly squaredNumerator: number;
  readonly squaredDenominator: number;
  readonly crossDeviations: number;
}
/** n units with a value. Their distribution does not merge from sums: percentiles are had from ClickHouse's rows only. */
export interface DistributionCount {
  readonly kind: "distribution";
  readonly count: number;
}
export type MetricSummary = MeanMoments | ProportionCounts | RatioMoments | DistributionCount;

/** Which kind of summary a metric type leaves, whose values are of whole units (metric-shape.ts: any). */
export const summaryKindOf: Record<MetricType, MetricSummary["kind"]> = {
  binary: "proportion",
  count: "mean",
  sum: "mean",
  mean: "mean",
  ratio: "ratio",
  retention: "proportion",
  funnel: "proportion",
  time_to: "mean",
  percentile: "distribution",
};

/** Of a metric with a covariate x beside its value y, over the units that have both: for variance reduction. */
export interface CovariateMoments {
  readonly count: number;
  readonly meanValue: number;
  readonly meanCovariate: number;
  readonly squaredValue: number;
  readonly squaredCovariate: number;
  readonly crossDeviations: number;
}

export interface VariantSummary {
  readonly variant: string;
  /** Units whose first exposure was this variant and that saw no other. */
  readonly units: number;
  readonly metrics: Readonly<Record<string, MetricSummary>>;
  /** By metric; units without a covariate of their own count with 0. Absent: no metric has any. */
  readonly covariates?: Readonly<Record<string, CovariateMoments>>;
}

export interface ExperimentSummary {
  /** In the order of the definition's variants. */
  readonly variants: readonly VariantSummary[];
  /** Units that saw two variants; set aside. */
  readonly crossovers: number;
  /** Units that opted out, and those that are bots; set aside. Absent: none. */
  readonly optedOut?: number;
  readonly bots?: number;
  /** The same by the day (UTC) of each unit's first exposure, in order. Absent where it was not asked for. */
  readonly days?: readonly DaySummary[];
  /** The same by each of the experiment's dimensions and each of its values. */
  readonly dimensions?: Readonly<Record<string, readonly DimensionSummary[]>>;
}

export interface DaySummary {
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly variants: readonly VariantSummary[];
}

export interface DimensionSummary {
  readonly value: string;
  readonly variants: readonly VariantSummary[];
}

/** Of units that take no dimension's value along, and of values beyond the bound of `dimensionValuesMax`. */
export const noValue = "(none)";
export const otherValues = "(other)";
/** In one partition. */
export const dimensionValuesMax = 50;

/** What one partition fold says of one experiment. */
export interface PartialSums {
  readonly environment: string;
  readonly experiment: string;
  readonly partition: number;
  /** Last stream sequence in these sums. */
  readonly position: number;
  readonly definition: ExperimentDefinition;
  readonly summary: ExperimentSummary;
  /** Client time of the newest event counted, epoch ms; absent before the first. */
  readonly newestEventTs?: number;
  /** When the newest one counted was taken in, epoch ms, by the gateway's clock. */
  readonly newestAt?: number;
}

export const methods = ["welch_t", "two_proportion_z", "ratio_delta", "percentile_outer"] as const;
export type Method = (typeof methods)[number];

/** An effect, or why there is none. `interval` and `relativeInterval` hold with 1 − alpha. */
export type Estimate =
  | {
      readonly kind: "estimated";
      readonly difference: number;
      readonly standardError: number;
      readonly interval: readonly [number, number];
      readonly pValue: number;
      /** difference / |mean of control|; absent when that mean is 0 or not distinguishable from it. */
      readonly relative?: { readonly difference: number; readonly interval: readonly [number, number] };
    }
  | { readonly kind: "too_few_units"; readonly units: number; readonly unitsMin: number }
  | { readonly kind: "no_variance"; readonly difference: number }
  | { readonly kind: "zero_denominator" }
  /** Sums do not tell: the method reads rows, and its answer comes from the warehouse. */
  | { readonly kind: "needs_rows" };

export interface Comparison {
  readonly variant: string;
  readonly metric: string;
  readonly method: Method;
  /** Units in the variant, and in control, that this metric counts. */
  readonly n: number;
  readonly nControl: number;
  /** Mean, proportion or ratio; absent without units. */
  readonly mean?: number;
  readonly meanControl?: number;
  /** As if this were the only look. What holds at any moment is `finding.monitored`. */
  readonly estimate: Estimate;
  readonly finding?: Finding;
}

/** Sample ratio mismatch: do the arms have the sizes they should have? */
export type SampleRatio =
  | {
      readonly kind: "tested";
      readonly chiSquare: number;
      readonly degreesOfFreedom: number;
      readonly pValue: number;
      readonly expected: Readonly<Record<string, number>>;
      readonly observed: Readonly<Record<string, number>>;
      /** p below 0.01. */
      readonly mismatch: boolean;
    }
  | { readonly kind: "too_few_units"; readonly units: number; readonly unitsMin: number }
  | { readonly kind: "one_variant" }
  /** Weights were changed in this phase: its sizes are a mixture that no test of one split fits. */
  | { readonly kind: "weights_changed" };

export interface Analysis {
  readonly alpha: number;
  readonly comparisons: readonly Comparison[];
  readonly sampleRatio: SampleRatio;
  readonly scorecard?: Scorecard;
  /** By metric, what only rows tell (percentiles, caps at one): each says as of when. Absent: none is there yet. */
  readonly rows?: Readonly<Record<string, RowAnswer>>;
  /** What is to be remembered of this look, for the next one. Not part of a published result. */
  readonly monitor?: Monitor;
}

export interface ExperimentResult {
  readonly environment: string;
  readonly experiment: string;
  readonly source: "streaming" | "warehouse";
  /** When it was computed, epoch ms. */
  readonly at: number;
  /** Grows with each change; the SSE id. */
  readonly revision: number;
  readonly definition: ExperimentDefinition;
  readonly summary: ExperimentSummary;
  readonly analysis: Analysis;
  readonly newestEventTs?: number;
  /** When the newest event in these sums was taken in, epoch ms: how fresh they are. */
  readonly newestAt?: number;
  /** What the self-audit found last; absent before its first look. */
  readonly audit?: AuditRecord;
  /** Whether the events that its metrics read still come, while it runs; absent before the first look. */
  readonly events?: readonly EventFreshness[];
}
