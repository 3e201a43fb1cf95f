import { z } from "zod";
import type { ModelVersion } from "./flag.ts";
import { EnvironmentKey, ExperimentKey, FlagKey, UnitId } from "./ids.ts";
import { Json } from "./json.ts";

/** OpenFeature's words. */
export const reasons = [
  "STATIC",
  "DEFAULT",
  "TARGETING_MATCH",
  "SPLIT",
  "DISABLED",
  "CACHED",
  "STALE",
  "ERROR",
] as const;
export const Reason = z.enum(reasons);
export type Reason = z.infer<typeof Reason>;

/** Weir's words: exactly why. The experiment codes are in the order in which they are tried. */
export const decisionCodes = [
  "flag_not_found",
  "override",
  "off",
  "prerequisite_failed",
  "rule_match",
  "split",
  "fallthrough",
  "no_active_experiment",
  "targeting_mismatch",
  "holdout",
  "participation_limit",
  "domain_conflict",
  "outside_traffic_allocation",
  "no_variants",
  /** An imported hash recipe needs the raw key, and there is only a pseudonym. */
  "no_key",
  "experiment_assigned",
] as const;
export const DecisionCode = z.enum(decisionCodes);
export type DecisionCode = z.infer<typeof DecisionCode>;

/**
 * What an evaluator needs to know of the asker. `unitId` is the pseudonym; `attributes` are the context's other
 * members. Raw keys stay outside.
 */
export interface EvaluationContext {
  readonly unitId: UnitId;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Pseudonym of the session, for overrides of it. */
  readonly sessionId?: UnitId | undefined;
  /** The raw key, in memory only: what other systems' hash recipes are made over. */
  readonly key?: string | undefined;
  /** Variants kept for this unit, by experiment; of another phase they count for nothing. */
  readonly kept?: Readonly<Record<string, KeptVariant>> | undefined;
  /** Epoch ms of the decision, for the dates of experiments. */
  readonly now: number;
}

/** What the assignment store remembers of a unit in an experiment. */
export interface KeptVariant {
  readonly phase: number;
  readonly variant: string;
}

/** The evaluator's answer, before it gets an id. `variation` and `value` are absent for an unknown flag only. */
export interface Evaluation {
  readonly flagKey: string;
  readonly variation?: string;
  readonly value?: Json;
  readonly reason: Reason;
  readonly code: DecisionCode;
  readonly ruleId?: string;
  readonly experiment?: string;
  readonly variant?: string;
  /** Chance with which this unit got this variation; present on every randomised decision. */
  readonly propensity?: number;
  /** The variation that a shadow would have served. */
  readonly shadow?: string;
  readonly model?: ModelVersion;
}

/** A context as clients send it: OpenFeature's, with the raw key as `targetingKey` or an already hashed `unitId`. */
export const ClientContext = z.looseObject({
  targetingKey: z.string().min(1).max(1_024).optional(),
  unitId: UnitId.optional(),
  /** Raw key of the session; becomes a pseudonym like the unit's, and overrides may name it. */
  sessionKey: z.string().min(1).max(1_024).optional(),
});
export type ClientContext = z.infer<typeof ClientContext>;

export const EvaluateRequest = z.strictObject({
  envKey: EnvironmentKey,
  flagKey: FlagKey,
  context: ClientContext,
  /** Adds the trace; needs a token that may read flags. */
  explain: z.boolean().optional(),
});
export type EvaluateRequest = z.infer<typeof EvaluateRequest>;

export const FlagsEvaluateRequest = z.strictObject({
  flagKey: FlagKey,
  userId: z.string().min(1).max(1_024),
  sessionId: z.string().min(1).max(1_024).optional(),
  context: z.record(z.string(), Json).default({}),
  explain: z.boolean().optional(),
});
export type FlagsEvaluateRequest = z.infer<typeof FlagsEvaluateRequest>;

export const AssignmentRequest = z.strictObject({
  experimentKey: ExperimentKey,
  userId: z.string().min(1).max(1_024),
  sessionId: z.string().max(1_024).optional(),
  context: z.record(z.string(), Json).default({}),
  trigger: z.enum(["view", "event"]).default("view"),
});
export type AssignmentRequest = z.infer<typeof AssignmentRequest>;
