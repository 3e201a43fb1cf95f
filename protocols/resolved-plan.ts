import type { AnalysisPlan, Correction, Monitoring } from "./analysis-plan.ts";

// What an analysis plan means where it says nothing. Apart from the schema, so that a browser needs no validator to read it.

/** With everything said. */
export interface ResolvedPlan {
  readonly alpha: number;
  readonly monitoring: Monitoring;
  readonly correction: Correction;
  readonly cuped: boolean;
  readonly stratifyBy?: string;
  readonly minimumEffect: number;
  readonly power: number;
  readonly guardrailMargin: number;
  readonly sampleRatioAction: "pause" | "alert";
  readonly prior?: { readonly mean: number; readonly standardDeviation: number };
}

/** Units in all at which an always-valid interval is narrowest, unless a plan says otherwise. */
export const tunedForDefault = 5_000;

export function resolvedPlan(plan: AnalysisPlan): ResolvedPlan {
  const { stratifyBy, prior, monitoring } = plan;
  return {
    alpha: plan.alpha,
    monitoring: monitoring ?? { kind: "always_valid", tunedFor: tunedForDefault },
    correction: plan.correction ?? "holm",
    cuped: plan.cuped ?? true,
    ...(stratifyBy === undefined ? {} : { stratifyBy }),
    minimumEffect: plan.minimumEffect ?? 0.02,
    power: plan.power ?? 0.8,
    guardrailMargin: plan.guardrailMargin ?? 0.02,
    sampleRatioAction: plan.sampleRatioAction ?? "pause",
    ...(prior === undefined ? {} : { prior }),
  };
}

/** The fractions of its planned end at which a group sequential plan is looked at. */
export const lookFractions = (looks: number | readonly number[]): readonly number[] =>
  typeof looks === "number" ? Array.from({ length: looks }, (_, index) => (index + 1) / looks) : looks;
