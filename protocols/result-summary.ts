import type { PauseShown } from "./automatic-pause-words.ts";
import type { ExperimentStatus } from "./experiment.ts";
import type { Decision, GuardrailBreach, MetricRole, Verdict } from "./scorecard.ts";

/** `GET /v1/experiments/{key}/summary`: what one would tell a colleague. */
export interface ResultSummary {
  readonly environment: string;
  readonly experiment: string;
  readonly title: string;
  readonly status: ExperimentStatus;
  readonly phase: number;
  /** When it was computed, epoch ms. */
  readonly at: number;
  readonly units: number;
  /** The decision in one sentence with its reason. */
  readonly headline: string;
  /** Absent: the result was made without one. */
  readonly decision?: Decision;
  /** Why Weir paused it by itself, and what to do. Absent: it did not, or somebody resumed. */
  readonly automaticPause?: PauseShown;
  readonly sentences: readonly string[];
  /** The primary metric, guardrails that are not shown to hold, and whatever breaches a guardrail of its own. */
  readonly numbers: readonly {
    readonly variant: string;
    readonly metric: string;
    readonly role: MetricRole;
    readonly verdict: Verdict;
    readonly difference?: number;
    readonly lift?: number;
    /** What may be acted upon at this moment. */
    readonly interval?: readonly [number, number];
    readonly pValue?: number;
    /** Worse than its guardrail accepts, by a bound that holds at any time. */
    readonly breach?: GuardrailBreach;
    /** Why there is no number, or none that may be acted upon. */
    readonly reason?: string;
  }[];
  readonly sampleRatio: "as_planned" | "mismatch" | "not_tested";
}
