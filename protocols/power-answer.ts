import type { Baseline, PlannedMonitoring, shapes } from "./power.ts";
import type { Entered } from "./history.ts";

// What the planner answers. Numbers are finite; what cannot be said has a reason.

/** Why a metric cannot be planned. */
export type PlanRefusal =
  | { readonly kind: "no_variance" }
  /** A relative change of 0 is 0. */
  | { readonly kind: "zero_baseline" }
  | { readonly kind: "zero_denominator" }
  | { readonly kind: "no_effect" }
  /** With the effect it would lie outside 0 … 1. */
  | { readonly kind: "rate_out_of_range"; readonly rate: number }
  /** The true change is itself beyond the margin. */
  | { readonly kind: "beyond_margin" }
  | { readonly kind: "power_not_above_alpha"; readonly alpha: number }
  /** More units than anybody has. */
  | { readonly kind: "too_many_units"; readonly unitsMax: number }
  | { readonly kind: "no_design"; readonly reason: string }
  | { readonly kind: "not_finite" }
  | { readonly kind: "metric_not_found" }
  /** Sums do not tell: the metric is a percentile, whose spread is had from rows only. */
  | { readonly kind: "needs_rows" }
  | { readonly kind: "too_few_units"; readonly units: number; readonly unitsMin: number };

/** One thing that makes an experiment longer or shorter. */
export interface PlanStep {
  readonly step: "plain" | "correction" | "cuped" | "monitoring";
  /** Units in all after it, and its own share of them: below 1 saves. */
  readonly units: number;
  readonly factor: number;
}

export interface CurvePoint {
  readonly days: number;
  /** In the experiment by then. */
  readonly units: number;
  readonly mde: Mde;
  /** To find the planned effect by then; absent without one. */
  readonly power?: number;
}

/** The smallest change that is found with the planned power. */
export type Mde =
  | { readonly kind: "found"; readonly absolute: number; readonly relative?: number }
  /** So few units find nothing that is possible. */
  | { readonly kind: "none" };

export interface PlannedUnits {
  readonly kind: "planned";
  /** Whole units. */
  readonly units: number;
  /** In the order of the weights. */
  readonly unitsPerVariant: readonly number[];
  /** Until they are there; absent without traffic, or when it would take more than ten years. */
  readonly days?: number;
  /** Of that many units. */
  readonly power: number;
  /** Mean number of units at the stop: without an effect, and with the planned one. */
  readonly expectedUnits: { readonly none: number; readonly planned: number };
  readonly steps: readonly PlanStep[];
  /** An always-valid interval that is narrowest elsewhere needs fewer: at so many units of the two arms, so many in all. */
  readonly better?: { readonly tunedFor: number; readonly units: number };
}

export interface MetricPlan {
  readonly metric: string;
  readonly baseline?: Baseline;
  /** Where the baseline comes from. */
  readonly from: "request" | "history";
  /** Mean, rate or ratio of the control. */
  readonly mean?: number;
  readonly effect?: { readonly absolute: number; readonly relative?: number };
  readonly margin?: { readonly absolute: number; readonly relative?: number };
  /** Of each comparison, after the correction; one-sided with a margin. */
  readonly alpha: number;
  readonly sides: 1 | 2;
  readonly covariateCorrelation?: number;
  /** Absent where no effect is planned for. */
  readonly plan?: PlannedUnits | PlanRefusal;
  /** With the units that were asked for. */
  readonly atUnits?: { readonly units: number; readonly mde: Mde; readonly power?: number };
  readonly curve: readonly CurvePoint[];
  readonly simulation?: Simulation;
}

/** A share of the replicates, with Wilson's 95 % interval; or their mean, with a normal one. */
export interface Simulated {
  readonly value: number;
  readonly interval: readonly [number, number];
}

export type Simulation =
  | {
      readonly kind: "simulated";
      readonly shape: (typeof shapes)[number];
      readonly replicates: number;
      readonly seed: number;
      /** Of one variant against the control. */
      readonly units: number;
      readonly power: Simulated;
      readonly typeOne: Simulated;
      /** Mean units of the two arms at the stop. */
      readonly unitsAtStop: { readonly none: Simulated; readonly planned: Simulated };
      /** How often the interval at the stop holds the true change: without one, and with the planned one. */
      readonly coverage: { readonly none: Simulated; readonly planned: Simulated };
      /** Words for each of these that is off its promise beyond chance. */
      readonly remarks: readonly string[];
    }
  | { readonly kind: "not_planned" }
  | { readonly kind: "no_history" }
  | { readonly kind: "shape_does_not_fit"; readonly reason: string }
  | {
      readonly kind: "too_much_work";
      readonly draws: number;
      readonly drawsMax: number;
      readonly replicatesMax: number;
    };

export interface HistoryFound {
  readonly from: number;
  readonly until: number;
  readonly entered: Entered;
  readonly units: number;
  /** New units by day, oldest first. */
  readonly newUnits: readonly number[];
}

export interface PowerAnswer {
  readonly alpha: number;
  readonly power: number;
  readonly weights: readonly number[];
  readonly allocation: number;
  readonly monitoring: PlannedMonitoring;
  /** Over which alpha is split. */
  readonly comparisons: number;
  readonly metrics: readonly MetricPlan[];
  /** The longest of the metrics' plans; absent when none is planned. */
  readonly overall?: { readonly units: number; readonly days?: number };
  readonly history?: HistoryFound;
  /** What holds if the plan is to hold, a sentence each. */
  readonly assumptions: readonly string[];
}
