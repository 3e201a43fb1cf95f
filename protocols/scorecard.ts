import type { Correction, Monitoring, PlanVersion } from "./analysis-plan.ts";
import type { EpochMs } from "./time.ts";

// What an experiment's statistics say beyond the plain estimate of each comparison: what may be concluded at this moment,
// and what to do. Everything crosses process borders as JSON; numbers are finite.

/** What a metric is for in the decision. */
export type MetricRole = "primary" | "secondary" | "guardrail";

/** Why there is none: never p = 1, never an interval of nothing. */
export interface NoAnswer {
  readonly kind: "no_answer";
  readonly code: string;
  readonly reason: string;
}

/** The estimate with less noise, by what was known of the units before. */
export interface Reduced {
  readonly kind: "reduced";
  readonly method: "cuped" | "cuped_ratio" | "post_stratification" | "regression";
  readonly difference: number;
  readonly standardError: number;
  readonly interval: readonly [number, number];
  readonly pValue: number;
  readonly relative?: { readonly difference: number; readonly interval: readonly [number, number] };
  /** 1 − (its variance / the plain one's): 0.4 means that 40 % fewer units do. */
  readonly varianceReduction: number;
  /** CUPED's coefficient; absent with strata. */
  readonly theta?: number;
  readonly strata?: number;
}

/** May be read at any moment, as often as one likes, and stopped upon. */
export interface AlwaysValid {
  readonly kind: "always_valid";
  readonly interval: readonly [number, number];
  readonly relativeInterval?: readonly [number, number];
  readonly pValue: number;
  /** Evidence against no difference: of 20 or more one says so at alpha 0.05. */
  readonly eValue: number;
  /** The smallest p, and the common part of all intervals, since the phase started: of an effect that does not change. */
  readonly runningPValue: number;
  /** Absent when the intervals have nothing in common: the effect has moved. */
  readonly runningInterval?: readonly [number, number];
  /** How often it was looked. */
  readonly looks: number;
}

/** At the planned looks only. */
export interface GroupSequential {
  readonly kind: "group_sequential";
  /** Of the last look that was reached, from 1; 0 before the first. */
  readonly look: number;
  readonly looks: number;
  /** Of the planned units that were there at that look. */
  readonly information: number;
  readonly statistic?: number;
  /** |statistic| at which the difference is there. */
  readonly boundary?: number;
  readonly futilityBoundary?: number;
  readonly state: "waiting" | "continue" | "efficacy" | "futility" | "ended";
  /** Repeated confidence interval at that look. */
  readonly interval?: readonly [number, number];
  /** Stage-wise, once it ended. */
  readonly pValue?: number;
  /** Units in all at the next look. */
  readonly nextUnits?: number;
}

/** Once, at the end. */
export interface FixedHorizon {
  readonly kind: "fixed";
  readonly isFinal: boolean;
  readonly interval: readonly [number, number];
  readonly pValue: number;
  /** Units in all at the planned end, where one is. */
  readonly units?: number;
}

export type Monitored = AlwaysValid | GroupSequential | FixedHorizon | NoAnswer;

/** Among the others of its family. */
export interface Adjusted {
  readonly method: Correction;
  readonly family: "primary" | "secondary";
  readonly comparisons: number;
  readonly pValue: number;
  readonly isSignificant: boolean;
}

/** Whether a guardrail holds: not worse than the margin, of the control's mean. */
export interface GuardrailAnswer {
  readonly kind: "holds" | "violated" | "undecided";
  /** Largest harm that is accepted, absolute and of the control's mean. */
  readonly margin: number;
  readonly relativeMargin: number;
  /** One-sided, of "at least as bad as the margin". */
  readonly pValue: number;
  readonly action: "pause" | "alert";
}

/** Harm beyond what is accepted, shown by a bound that holds at any time. Parts of the control's value, signed. */
export interface GuardrailBreach {
  readonly estimate: number;
  /** The end of the interval that is nearest to no harm. */
  readonly bound: number;
  readonly limit: number;
  readonly action: "pause" | "alert";
}

export interface Posterior {
  readonly kind: "posterior";
  readonly model: "beta_binomial" | "normal";
  readonly chanceToWin: number;
  /** Of choosing the variant, and of staying with control, in the metric's own units. */
  readonly expectedLoss: number;
  readonly expectedLossControl: number;
  /** Of the difference; not with the beta-binomial model. */
  readonly interval?: readonly [number, number];
}

export type Verdict = "better" | "worse" | "undecided" | "no_answer";

/** What a comparison says beyond its estimate. */
export interface Finding {
  readonly role: MetricRole;
  /** Absent where the metric has no covariate and the plan no strata. */
  readonly reduced?: Reduced | NoAnswer;
  readonly monitored: Monitored;
  /** Not of guardrails. */
  readonly adjusted?: Adjusted;
  readonly guardrail?: GuardrailAnswer | NoAnswer;
  /** Of guardrails, and of metrics that carry one in their own definition, in whatever role. Absent: none is shown. */
  readonly breach?: GuardrailBreach;
  readonly posterior?: Posterior | NoAnswer;
  readonly verdict: Verdict;
  /** One sentence that holds at this moment. */
  readonly sentence: string;
}

export type DecisionKind = "ship" | "stop" | "keep_waiting" | "invalid";

/** What to do, and why. */
export interface Decision {
  readonly kind: DecisionKind;
  readonly code: string;
  readonly variant?: string;
  readonly reason: string;
  /** What would lead to another decision. */
  readonly wouldChange: readonly string[];
  /** When one is to be expected, while waiting. */
  readonly expected?: {
    /** Units in all. */
    readonly units: number;
    readonly days?: number;
    readonly basis: "observed_effect" | "minimum_effect" | "planned_end";
  };
}

/** Sample ratio mismatch that may be looked at any time (Dirichlet-multinomial e-value). */
export interface SequentialSampleRatio {
  readonly kind: "tested";
  readonly logBayesFactor: number;
  readonly pValue: number;
  readonly runningPValue: number;
  /** The running p-value is below 0.001, at which the experiment is not to be trusted. */
  readonly mismatch: boolean;
}

/** How arms differ in what was known before the experiment. */
export interface CovariateBalance {
  readonly metric: string;
  readonly variant: string;
  readonly pValue: number;
  readonly imbalanced: boolean;
}

/** Does the effect of the primary metric change with the units' first day? */
export interface NoveltyTrend {
  readonly variant: string;
  readonly metric: string;
  readonly slopePerDay: number;
  readonly pValue: number;
  readonly days: number;
}

export interface Scorecard {
  readonly monitoring: Monitoring;
  readonly decision: Decision;
  readonly sequentialSampleRatio: SequentialSampleRatio | NoAnswer;
  readonly balance?: readonly CovariateBalance[];
  readonly novelty?: readonly NoveltyTrend[];
  /** The plan's versions since the experiment started; more than one is to be seen by every reader. */
  readonly plans?: readonly PlanVersion[];
  /** In plain words, a sentence each. */
  readonly summary: readonly string[];
}

/** Of one metric of one variant, as `<variant>/<metric>`. */
export interface MonitoredCell {
  readonly p: number;
  /** Common part of all intervals; low > high once they have none. */
  readonly low: number;
  readonly high: number;
  readonly looks: number;
}

/** A planned look that was reached: it is never taken again. */
export interface PlannedLook {
  readonly at: EpochMs;
  readonly units: number;
  readonly information: number;
  /** By cell: the difference then, and its standard error. */
  readonly cells: Readonly<Record<string, readonly [difference: number, standardError: number]>>;
}

/** What must be remembered of earlier looks. A plan's change or a new phase begins anew. */
export interface Monitor {
  readonly phase: number;
  readonly planVersion: number;
  readonly cells: Readonly<Record<string, MonitoredCell>>;
  readonly sampleRatioP: number;
  readonly plannedLooks: readonly PlannedLook[];
}
