import { z } from "zod";
import { Key, MetricKey } from "./ids.ts";
import { EpochMs } from "./time.ts";

// What makes Weir pause an experiment by itself, and what is kept of it. Each breach was proven by a bound that holds however
// often one looks; what is merely not decided yet is none.

/** Who acts when nobody does: as an author stands in histories, so Weir does. */
export const weirItself = "weir";

/** Figures of one pause; at 150 bytes each, 3 kB. What is beyond them pauses once more after a resume, if it still holds. */
export const breachesPerPauseMax = 20;
/** Of an experiment's whole life, the newest: 60 kB of every plan at the most. */
export const automaticPausesMax = 20;

export const Breach = z.discriminatedUnion("kind", [
  /** Even the harmless end of what a metric's change may be lies beyond what is accepted. All three are parts of the control's value. */
  z.strictObject({
    kind: z.literal("guardrail"),
    variant: Key,
    metric: MetricKey,
    /** Signed changes: the best guess, and the end of its interval that is nearest to no harm. */
    estimate: z.number(),
    bound: z.number(),
    /** Largest accepted change for the worse. */
    limit: z.number().positive(),
  }),
  /** Units are not dealt as the weights say, by the test that may be looked at any time. */
  z.strictObject({
    kind: z.literal("sample_ratio"),
    /** The smallest of all looks. */
    pValue: z.number(),
    limit: z.number().positive(),
  }),
]);
export type Breach = z.infer<typeof Breach>;

export const AutomaticPause = z.strictObject({
  at: EpochMs,
  phase: z.number().int().min(1),
  /** Of the analysis plan. */
  planVersion: z.number().int().min(1),
  /** Counted at the look that found it. */
  units: z.number().int().min(0),
  breaches: z.array(Breach).min(1).max(breachesPerPauseMax),
  /** Share of sampled units that were decided otherwise from then on. Absent: nobody could say. */
  affected: z.number().min(0).max(1).optional(),
  /** A resume acknowledges it: the same breach does not pause this phase again. */
  resumed: z.strictObject({ at: EpochMs, by: z.string() }).optional(),
});
export type AutomaticPause = z.infer<typeof AutomaticPause>;
