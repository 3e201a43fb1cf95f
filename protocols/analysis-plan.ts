import { z } from "zod";
import { EpochMs } from "./time.ts";

// What an experiment's author decides about its statistics before it starts. Every member but alpha may be absent, and then
// `resolvedPlan` says what holds, so that documents keep what was written and no more.

/** More planned looks gain nothing: who wants to look at any time has the always-valid kind. */
export const looksMax = 50;

/** How many of equal size, or each as a part of the planned whole. */
const Looks = z
  .union(
    [z.number(), z.array(z.number()).min(1)],
    "must be a number of looks, or a list of parts that ends at 1",
  )
  .superRefine((looks, context) => {
    const message = problemOf(looks);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });

function problemOf(looks: number | readonly number[]): string | undefined {
  const count = typeof looks === "number" ? looks : looks.length;
  if (!Number.isInteger(count) || count < 1) return "must be a whole number of looks, 1 or more";
  if (count > looksMax) return `at most ${looksMax} looks; "always_valid" may be looked at any time`;
  if (typeof looks === "number") return undefined;
  if (looks.some((look, index) => !(look > (looks[index - 1] ?? 0)))) return "looks must rise, from above 0";
  return looks.at(-1) === 1 ? undefined : "the last look is 1, the planned end";
}

export const spendings = ["obrien_fleming", "pocock", "kim_demets", "hwang_shih_decani"] as const;
export type SpendingName = (typeof spendings)[number];

/**
 * How the experiment may be looked at. always_valid: at any time, as often as one likes; the interval is narrowest, for what
 * it is, at `tunedFor` units in all. group_sequential: at the planned looks, as parts of `units` in all; between them the
 * last look's answer stands. fixed: once, at `units` in all or when it is completed; before that there is no answer.
 */
export const Monitoring = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("always_valid"),
    tunedFor: z.number().int().min(100).max(1_000_000_000).optional(),
  }),
  z.strictObject({
    kind: z.literal("group_sequential"),
    units: z.number().int().min(10).max(10_000_000_000),
    /** Of `units`; a number means so many of equal size. */
    looks: Looks.default(5),
    spending: z.enum(spendings).default("obrien_fleming"),
    /** Of Kim-DeMets (power, default 2) and Hwang-Shih-DeCani (gamma, default −4). */
    parameter: z.number().min(-40).max(40).optional(),
    /** Stop without hope: the chance to miss the effect that was planned for. */
    futility: z
      .strictObject({ beta: z.number().gt(0).lt(0.5), binding: z.boolean().default(false) })
      .optional(),
  }),
  z.strictObject({
    kind: z.literal("fixed"),
    units: z.number().int().min(10).max(10_000_000_000).optional(),
  }),
]);
export type Monitoring = z.infer<typeof Monitoring>;

export const corrections = [
  "none",
  "bonferroni",
  "holm",
  "hochberg",
  "benjamini_hochberg",
  "e_benjamini_hochberg",
] as const;
export const Correction = z.enum(corrections);
export type Correction = z.infer<typeof Correction>;

export const AnalysisPlan = z.strictObject({
  /** Two-sided. */
  alpha: z.number().gt(0, "must be above 0").lt(1, "must be below 1").default(0.05),
  monitoring: Monitoring.optional(),
  /** Over the variants of the primary metric, and over the secondary metrics × variants, each family by itself. */
  correction: Correction.optional(),
  /** Variance reduction by covariates where metrics have them. */
  cuped: z.boolean().optional(),
  /** One of the experiment's dimensions: estimates are made within its values and put together by their sizes. */
  stratifyBy: z.string().min(1).max(100).optional(),
  /** Of the control's mean: the smallest change worth finding. Planning, futility and expected times use it. */
  minimumEffect: z.number().gt(0).max(10).optional(),
  power: z.number().gt(0).lt(1).optional(),
  /** Of guardrails without their own: the largest harm that is accepted, of the control's mean. */
  guardrailMargin: z.number().gt(0).max(1).optional(),
  /** What a sequential sample ratio below 0.001 does besides being said: pause stops assigning as well, and is the default. */
  sampleRatioAction: z.enum(["pause", "alert"]).optional(),
  /** Normal prior of the relative change; absent: flat. */
  prior: z
    .strictObject({
      mean: z.number().min(-10).max(10).default(0),
      standardDeviation: z.number().gt(0).max(100),
    })
    .optional(),
});
export type AnalysisPlan = z.infer<typeof AnalysisPlan>;

/** The plan as it was when the experiment (or its phase) started, and each change since: a report shows them for ever. */
export const PlanVersion = z.strictObject({
  version: z.number().int().min(1),
  phase: z.number().int().min(1),
  at: EpochMs,
  by: z.string(),
  analysis: AnalysisPlan,
});
export type PlanVersion = z.infer<typeof PlanVersion>;
