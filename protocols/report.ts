import type { AnalysisPlan } from "./analysis-plan.ts";
import type { AutomaticPause } from "./automatic-pause.ts";
import type { AuditRecord } from "./audit.ts";
import type { Breakdown } from "./breakdown.ts";
import type { Interactions, Triggered } from "./depth.ts";
import type { ExperimentStatus } from "./experiment.ts";
import type { EventFreshness } from "./freshness.ts";
import type { Metric } from "./metric.ts";
import type { TimelinePoint } from "./monitor.ts";
import type { RowAnswer } from "./row-answers.ts";
import type { ExperimentResult, Method, SampleRatio } from "./results.ts";
import type {
  Adjusted,
  CovariateBalance,
  Decision,
  GuardrailAnswer,
  GuardrailBreach,
  MetricRole,
  Monitored,
  NoAnswer,
  NoveltyTrend,
  Posterior,
  Reduced,
  SequentialSampleRatio,
  Verdict,
} from "./scorecard.ts";

// What a report says, as data: `GET /v1/reports/{key}`. Its pages show this and nothing else.

/** A part that may be missing, and then says why. */
export type Part<Value> =
  | { readonly kind: "present"; readonly value: Value }
  | { readonly kind: "absent"; readonly reason: string };

export interface ReportRow {
  readonly variant: string;
  readonly metric: string;
  readonly role: MetricRole;
  /** Whether more of it is better. */
  readonly direction: Metric["direction"];
  /** Its means are shares of units, which people read as percentages. */
  readonly isShare: boolean;
  readonly method: Method;
  readonly n: number;
  readonly nControl: number;
  readonly mean?: number;
  readonly meanControl?: number;
  /** The best estimate, with variance reduction where the plan has it. Absent: there is none, `reason` says why. */
  readonly difference?: number;
  /** Of the control's mean. */
  readonly lift?: number;
  /** As if this were the only look. */
  readonly once?: { readonly interval: readonly [number, number]; readonly pValue: number };
  /** What may be acted upon at this moment. Absent: nothing may, and `reason` says why. */
  readonly now?: {
    readonly interval: readonly [number, number];
    readonly liftInterval?: readonly [number, number];
    readonly pValue?: number;
    /** The common part of the intervals of all looks so far, where they are kept. */
    readonly common?: readonly [number, number];
  };
  readonly reason?: string;
  readonly monitored?: Monitored;
  readonly adjusted?: Adjusted;
  readonly guardrail?: GuardrailAnswer | NoAnswer;
  readonly breach?: GuardrailBreach;
  readonly posterior?: Posterior | NoAnswer;
  readonly reduction?: Reduced["method"];
  /** 1 − (variance with what was known before / without). */
  readonly varianceReduction?: number;
  readonly verdict: Verdict;
  readonly sentence?: string;
}

export interface ReportHealth {
  readonly sampleRatio: SampleRatio;
  readonly sequentialSampleRatio: SequentialSampleRatio | NoAnswer;
  readonly crossovers: number;
  readonly optedOut: number;
  readonly bots: number;
  /** Between the newest event that was counted and the report. Absent: no event yet. */
  readonly ageMs?: number;
  /** Whether the events that its metrics read still come. */
  readonly events: Part<readonly EventFreshness[]>;
  readonly audit: Part<AuditRecord>;
  readonly balance: Part<readonly CovariateBalance[]>;
}

export interface ReportDay {
  /** Days since 1970-01-01, of the units' first exposures. */
  readonly day: number;
  readonly units: Readonly<Record<string, number>>;
}

/** What single values there are of one metric. They are read from rows, and so are of a moment of their own. */
export interface ReportDistribution {
  readonly metric: string;
  readonly role: MetricRole;
  readonly values: Part<{
    /** When the rows were read, epoch ms. */
    readonly asOf: number;
    readonly variants: NonNullable<RowAnswer["distributions"]>;
  }>;
}

export interface ReportPlan {
  readonly version: number;
  readonly phase: number;
  readonly at: number;
  readonly by: string;
  readonly analysis: AnalysisPlan;
  /** What differs from the version before in the same phase, in words. Empty: the plan as it was pre-registered. */
  readonly changes: readonly string[];
}

export interface ReportQuery {
  readonly metric: string;
  readonly sql: string;
}

export interface ReportProvenance {
  readonly source: ExperimentResult["source"];
  /** When it was computed, epoch ms. */
  readonly at: number;
  readonly revision: number;
  readonly newestEventTs?: number;
  readonly newestAt?: number;
  /** How far each partition was counted when the report was made, by the log's sequence. */
  readonly positions: Part<readonly { readonly partition: number; readonly folded: number }[]>;
}

export interface Report {
  readonly environment: string;
  readonly experiment: string;
  readonly title: string;
  readonly hypothesis?: string;
  readonly status: ExperimentStatus;
  readonly phase: number;
  readonly startedAt?: number;
  readonly alpha: number;
  readonly control: string;
  readonly variants: readonly { readonly key: string; readonly weight: number; readonly units: number }[];
  /** The decision in one sentence with its reason. */
  readonly headline: string;
  /** Absent: the result was made without one. */
  readonly decision?: Decision;
  /** When Weir paused it by itself and why, in any phase, oldest first. Absent: never. */
  readonly automaticPauses?: readonly AutomaticPause[];
  readonly summary: readonly string[];
  readonly health: ReportHealth;
  /** Primary first, then secondary metrics and guardrails. */
  readonly rows: readonly ReportRow[];
  /** Of this phase, oldest first. */
  readonly timeline: Part<readonly TimelinePoint[]>;
  /** Of metrics that are no shares of units: the primary one first, then secondary ones and guardrails. */
  readonly distributions: Part<readonly ReportDistribution[]>;
  readonly days: Part<readonly ReportDay[]>;
  readonly breakdowns: Part<readonly Breakdown[]>;
  /** Of the primary metric, from rows, which are of a moment of their own. Absent in reports of before there was any. */
  readonly depth?: { readonly interactions: Part<Interactions>; readonly triggered: Part<Triggered> };
  readonly novelty: Part<readonly NoveltyTrend[]>;
  readonly plans: Part<readonly ReportPlan[]>;
  readonly metrics: readonly Metric[];
  readonly queries: Part<readonly ReportQuery[]>;
  readonly provenance: ReportProvenance;
}
