import { z } from "zod";
import { ExperimentDefinition } from "./experiment.ts";
import { EnvironmentKey, FlagKey, HoldoutKey, MetricKey, UnitType } from "./ids.ts";
import { Metric } from "./metric.ts";
import type { RowReply } from "./row-answers.ts";
import type { NoAnswer } from "./scorecard.ts";
import { EpochMs } from "./time.ts";

/** Of the test of independence: below it assignments to two experiments are said to depend on each other. */
export const dependentBelow = 0.001;

// What is asked of an experiment beside its effect, from the single values of units: whether another experiment changes
// it, what it is among those who met the change, and what all launches did together to units that were held out.

export const depthKinds = ["interactions", "triggered", "holdout"] as const;
export type DepthKind = (typeof depthKinds)[number];

const waiting = {
  environment: EnvironmentKey,
  /** How long to wait for an answer that is not there yet. */
  waitMs: z.number().int().min(0).max(5_000),
  /** Computed to its end though nobody may ask again. */
  toEnd: z.boolean().optional(),
};
const ofExperiment = { ...waiting, definition: ExperimentDefinition, metric: MetricKey };

/** Core request `subjects.depth`. Answer: DepthReply. */
export const DepthRequest = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("interactions"), ...ofExperiment }),
  z.strictObject({ kind: z.literal("triggered"), ...ofExperiment }),
  z.strictObject({
    kind: z.literal("holdout"),
    ...waiting,
    holdout: HoldoutKey,
    /** Buckets of 10 000. */
    share: z.number().int().min(1).max(9_999),
    endsAt: EpochMs.optional(),
    /** Whose experiments this holdout keeps units from, and no other. */
    flags: z.array(FlagKey).min(1),
    unit: UnitType,
    metric: Metric,
  }),
]);
export type DepthRequest = z.infer<typeof DepthRequest>;

/** Asking again joins the same work, as with answers from rows. */
export type DepthReply = RowReply<DepthAnswer>;
export type DepthAnswer = Interactions | Triggered | HoldoutEffect;

interface DepthHead {
  readonly environment: string;
  readonly metric: string;
  readonly alpha: number;
  /** When the rows were read, epoch ms, and the last message of the log that was certain to be among them, if known. */
  readonly asOf: number;
  readonly position?: number;
  /** Values that were read. */
  readonly rows: number;
  /** How it was computed, and what must hold for it to be right. */
  readonly method: string;
  readonly assumptions: readonly string[];
  readonly took: { readonly readMs: number; readonly computeMs: number };
}

/** What a difference is, by a method that `method` of the answer names. */
export interface DepthEstimated {
  readonly kind: "estimated";
  readonly difference: number;
  readonly standardError: number;
  readonly interval: readonly [number, number];
  readonly pValue: number;
}
export type DepthEstimate = DepthEstimated | NoAnswer;

/** Units of one group, and the metric among them; no value where it has none. */
export interface DepthGroup {
  readonly n: number;
  readonly value?: number;
}

export interface Interactions extends DepthHead {
  readonly kind: "interactions";
  readonly experiment: string;
  readonly phase: number;
  /** Those that share the most units first. */
  readonly pairs: readonly InteractionPair[];
  /** Experiments of the same time that were beyond the bound, and were not looked at. */
  readonly leftOut: number;
  /** How many p-values each adjusted one was held against (Holm). */
  readonly comparisons: number;
}

export interface InteractionPair {
  readonly experiment: string;
  readonly phase: number;
  /** Units that are in both. */
  readonly units: number;
  /** Of each variant of both against its control. Empty where `reason` says why. */
  readonly cells: readonly InteractionCell[];
  readonly reason?: NoAnswer;
}

export interface InteractionCell {
  readonly variant: string;
  readonly otherVariant: string;
  /** By arms, the asked experiment's first: c control, t variant. */
  readonly groups: Readonly<Record<"cc" | "ct" | "tc" | "tt", DepthGroup>>;
  /** The effect under the other's variant less that under the other's control. */
  readonly estimate: (DepthEstimated & { readonly adjustedPValue: number }) | NoAnswer;
  /** p of "the two assignments have nothing to do with each other"; a small one voids the estimate. */
  readonly independence?: number;
}

export interface Triggered extends DepthHead {
  readonly kind: "triggered";
  readonly experiment: string;
  readonly phase: number;
  /** Exposed units, and how many of them a known decision had dealt to. */
  readonly exposed: number;
  readonly dealt: number;
  readonly comparisons: readonly TriggeredComparison[];
}

export interface TriggeredComparison {
  readonly variant: string;
  readonly groups: {
    readonly control: { readonly triggered: DepthGroup; readonly others: DepthGroup };
    readonly variant: { readonly triggered: DepthGroup; readonly others: DepthGroup };
  };
  /** Among those who met the change. */
  readonly triggered: DepthEstimate;
  /** Among those who did not, where there must be none. */
  readonly others: DepthEstimate;
  /** Of the share that met it, which must not differ. */
  readonly rate: DepthEstimate;
  /** What the first means for all assigned units: share times effect. */
  readonly diluted: DepthEstimate & { readonly share?: number };
  /** The same, without use of who met it. */
  readonly all: DepthEstimate;
  /** What speaks against the first, in words. */
  readonly doubts: readonly string[];
}

export interface HoldoutEffect extends DepthHead {
  readonly kind: "holdout";
  readonly holdout: string;
  readonly flags: readonly string[];
  readonly heldOut: DepthGroup;
  readonly notHeldOut: DepthGroup;
  /** Units not held out less units held out. */
  readonly estimate: DepthEstimate;
  /** Of the held-out group's value. */
  readonly relative?: { readonly difference: number; readonly interval: readonly [number, number] };
  /** Units in two groups, as when the share was changed: they are in neither. */
  readonly crossovers: number;
  /** Whether as many are held out as the share says; no more than that where there are no units. */
  readonly sampleRatio: { readonly expected: number; readonly found?: number; readonly pValue?: number };
  readonly doubts: readonly string[];
}
