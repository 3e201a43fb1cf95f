import type { Shape } from "../sequential/design.ts";

/** What a unit's value looks like without any change. */
export type Baseline =
  | { readonly kind: "mean"; readonly mean: number; readonly deviation: number }
  | { readonly kind: "proportion"; readonly share: number };

/** Differences as such, or as shares of the baseline. */
export interface PlannedEffect {
  readonly kind: "absolute" | "relative";
  readonly value: number;
}

/** How the experiment will be decided. */
export type DecisionDesign =
  | { readonly kind: "fixed" }
  | { readonly kind: "group_sequential"; readonly shape: Shape; readonly looks: number }
  | { readonly kind: "always_valid"; readonly unitsPlanned?: number };

export interface PlanRequest {
  readonly baseline: Baseline;
  /** Two of the three: the third is found. With effect and units, the power. */
  readonly effect?: PlannedEffect;
  readonly power?: number;
  /** All variants together. */
  readonly units?: number;
  readonly alpha?: number;
  readonly sides?: 1 | 2;
  /** With the control. */
  readonly variants?: number;
  /** Of the control; the others share the rest evenly. Even by default. */
  readonly controlShare?: number;
  /** Metrics that are decided on: alpha is divided among comparisons and metrics (Bonferroni). */
  readonly decidingMetrics?: number;
  /** Of the covariate with the outcome (CUPED). */
  readonly correlation?: number;
  /** The variant need only be worse by less than this, in the effect's terms. */
  readonly nonInferiorityMargin?: PlannedEffect;
  readonly decision?: DecisionDesign;
  /** Units that enter the experiment each day. */
  readonly unitsPerDay?: number;
}

export type Plan =
  | {
      readonly kind: "planned";
      readonly units: number;
      readonly unitsPerVariant: readonly number[];
      readonly days?: number;
      /** The smallest effect found with `power`. */
      readonly effect: { readonly absolute: number; readonly relative?: number };
      readonly power: number;
      /** After correction, of each comparison. */
      readonly alpha: number;
      /** Units over those of a test with one look. */
      readonly inflation: number;
    }
  | { readonly kind: "out_of_range"; readonly field: keyof PlanRequest }
  /** Two of effect, power and units are needed. */
  | { readonly kind: "underdetermined" }
  | { readonly kind: "no_baseline_for_relative" }
  | { readonly kind: "no_variance" }
  | { readonly kind: "design_without_boundaries"; readonly reason: string }
  | { readonly kind: "out_of_reach" };
