import { z } from "zod";
import { decisionCodes } from "./decision.ts";

// Why a decision came out as it did: everything that was tried, in the order in which it was tried. Constants and
// attributes stand in it as short text, since both may be of any size.

/** `not_understood`: a part of it is of a newer version, so the whole is skipped. */
export const ConditionOutcome = z.enum(["holds", "fails", "not_understood"]);
export type ConditionOutcome = z.infer<typeof ConditionOutcome>;

/** `missing` and `wrong_type` make a comparison false, negated or not. */
export const Because = z.enum(["compared", "missing", "wrong_type", "not_understood"]);
export type Because = z.infer<typeof Because>;

const Range = z.strictObject({ from: z.number(), to: z.number() });

/** Where a unit lies: in a bucket of a salt, or on the scale of an imported recipe. */
export const DrawTrace = z.union([
  z.strictObject({ salt: z.string(), bucket: z.number() }),
  /** Without `position` there was nothing to hash. */
  z.strictObject({ profile: z.string(), position: z.number().optional() }),
]);
export type DrawTrace = z.infer<typeof DrawTrace>;

export interface SegmentTrace {
  readonly segment: string;
  readonly outcome: ConditionOutcome;
  readonly because: "excluded" | "included" | "rule" | "no_rule" | "unknown";
  readonly rules: readonly ConditionTrace[];
}

export type ConditionTrace =
  | {
      readonly kind: "comparison";
      readonly outcome: ConditionOutcome;
      readonly because: Because;
      readonly op: string;
      readonly attribute?: string | undefined;
      readonly wanted?: string | undefined;
      readonly actual?: string | undefined;
      readonly negate?: boolean | undefined;
    }
  | {
      readonly kind: "all" | "any" | "not";
      readonly outcome: ConditionOutcome;
      readonly parts: readonly ConditionTrace[];
    }
  | {
      readonly kind: "segments";
      readonly outcome: ConditionOutcome;
      readonly negate?: boolean | undefined;
      readonly segments: readonly SegmentTrace[];
    }
  | {
      readonly kind: "draw";
      readonly outcome: ConditionOutcome;
      readonly negate?: boolean | undefined;
      readonly draw: DrawTrace;
      readonly ranges: readonly { readonly from: number; readonly to: number }[];
    };

export const ConditionTrace: z.ZodType<ConditionTrace> = z.lazy(() =>
  z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("comparison"),
      outcome: ConditionOutcome,
      because: Because,
      op: z.string(),
      attribute: z.string().optional(),
      wanted: z.string().optional(),
      actual: z.string().optional(),
      negate: z.boolean().optional(),
    }),
    z.strictObject({
      kind: z.enum(["all", "any", "not"]),
      outcome: ConditionOutcome,
      parts: z.array(ConditionTrace),
    }),
    z.strictObject({
      kind: z.literal("segments"),
      outcome: ConditionOutcome,
      negate: z.boolean().optional(),
      segments: z.array(SegmentTrace),
    }),
    z.strictObject({
      kind: z.literal("draw"),
      outcome: ConditionOutcome,
      negate: z.boolean().optional(),
      draw: DrawTrace,
      ranges: z.array(Range),
    }),
  ]),
);

const SegmentTrace: z.ZodType<SegmentTrace> = z.lazy(() =>
  z.strictObject({
    segment: z.string(),
    outcome: ConditionOutcome,
    because: z.enum(["excluded", "included", "rule", "no_rule", "unknown"]),
    rules: z.array(ConditionTrace),
  }),
);

/** One question of an experiment, in SPEC order. The first that is not passed is the refusal. */
export const ExperimentCheck = z.discriminatedUnion("check", [
  z.strictObject({
    check: z.literal("running"),
    passed: z.boolean(),
    status: z.string(),
    now: z.number().nullable(),
    startAt: z.number().optional(),
    stopAt: z.number().optional(),
  }),
  z.strictObject({ check: z.literal("targeting"), passed: z.boolean(), condition: ConditionTrace }),
  z.strictObject({
    check: z.literal("holdout"),
    passed: z.boolean(),
    holdout: z.string(),
    draw: DrawTrace,
    share: z.number(),
    ended: z.boolean(),
  }),
  /** The variant that the store kept of this unit: no draw is made then. */
  z.strictObject({ check: z.literal("kept"), passed: z.boolean(), variant: z.string() }),
  z.strictObject({
    check: z.literal("participation"),
    passed: z.boolean(),
    limit: z.number(),
    /** Experiments of higher priority that take the unit, up to the limit. */
    taken: z.array(z.string()),
  }),
  z.strictObject({
    check: z.literal("slot"),
    passed: z.boolean(),
    layer: z.string(),
    draw: DrawTrace,
    slots: z.array(Range),
  }),
  z.strictObject({
    check: z.literal("allocation"),
    passed: z.boolean(),
    draw: DrawTrace,
    allocation: z.number(),
  }),
  z.strictObject({
    check: z.literal("variant"),
    passed: z.boolean(),
    draw: DrawTrace,
    variant: z.string().optional(),
  }),
]);
export type ExperimentCheck = z.infer<typeof ExperimentCheck>;

const Part = z.strictObject({ variation: z.string(), from: z.number(), to: z.number() });

/** What a rule or the fallthrough gave. Without `variation` it gave nothing, and evaluation went on below. */
export const ServeTrace = z.discriminatedUnion("serve", [
  z.strictObject({ serve: z.literal("variation"), variation: z.string(), shadow: z.string().optional() }),
  z.strictObject({
    serve: z.literal("split"),
    draw: DrawTrace,
    parts: z.array(Part),
    variation: z.string().optional(),
  }),
  z.strictObject({
    serve: z.literal("rollout"),
    /** In buckets, at the moment of the decision. */
    share: z.number(),
    draw: DrawTrace,
    inside: z.boolean(),
    variation: z.string().optional(),
  }),
  z.strictObject({
    serve: z.literal("experiment"),
    experiment: z.string(),
    checks: z.array(ExperimentCheck),
    refusal: z.enum(decisionCodes).optional(),
    variation: z.string().optional(),
  }),
]);
export type ServeTrace = z.infer<typeof ServeTrace>;

export type TraceStep =
  | { readonly step: "unknown_flag"; readonly flag: string }
  | {
      readonly step: "override";
      readonly override: string;
      readonly by: "unit" | "session";
      readonly variation: string;
      readonly applied: boolean;
    }
  | { readonly step: "state"; readonly state: "on" | "killed" | "archived" | "not_enabled" }
  | {
      readonly step: "prerequisite";
      readonly flag: string;
      readonly wanted: readonly string[];
      readonly holds: boolean;
      readonly served?: string | undefined;
      readonly steps: readonly TraceStep[];
    }
  /** Missing, circular or too many: they cannot be met. */
  | { readonly step: "prerequisites_unmet" }
  | {
      readonly step: "rule";
      readonly rule: string;
      readonly outcome: ConditionOutcome;
      readonly condition: ConditionTrace;
      readonly serve?: ServeTrace | undefined;
    }
  | { readonly step: "fallthrough"; readonly serve?: ServeTrace | undefined }
  | { readonly step: "off_variation"; readonly variation: string };

export const TraceStep: z.ZodType<TraceStep> = z.lazy(() =>
  z.discriminatedUnion("step", [
    z.strictObject({ step: z.literal("unknown_flag"), flag: z.string() }),
    z.strictObject({
      step: z.literal("override"),
      override: z.string(),
      by: z.enum(["unit", "session"]),
      variation: z.string(),
      applied: z.boolean(),
    }),
    z.strictObject({
      step: z.literal("state"),
      state: z.enum(["on", "killed", "archived", "not_enabled"]),
    }),
    z.strictObject({
      step: z.literal("prerequisite"),
      flag: z.string(),
      wanted: z.array(z.string()),
      holds: z.boolean(),
      served: z.string().optional(),
      steps: z.array(TraceStep),
    }),
    z.strictObject({ step: z.literal("prerequisites_unmet") }),
    z.strictObject({
      step: z.literal("rule"),
      rule: z.string(),
      outcome: ConditionOutcome,
      condition: ConditionTrace,
      serve: ServeTrace.optional(),
    }),
    z.strictObject({ step: z.literal("fallthrough"), serve: ServeTrace.optional() }),
    z.strictObject({ step: z.literal("off_variation"), variation: z.string() }),
  ]),
);

export const Trace = z.strictObject({ flag: z.string(), steps: z.array(TraceStep) });
export interface Trace {
  readonly flag: string;
  readonly steps: readonly TraceStep[];
}
