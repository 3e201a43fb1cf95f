import { z } from "zod";
import type { DecisionCode, Reason } from "./decision.ts";
import type { UnitId } from "./ids.ts";

// The decisions of an environment that somebody studies: those that an experiment dealt, shadows, and on flags whose
// experiments a holdout keeps units from, whether it did. Stream DECISIONS holds them in batches of JSON lines, one record
// a line. All others can be made again from the plan of their version, the unit and its context, so they are not written,
// and cost a gateway nothing.

/**
 * Who waits for the log. `sync`: the answer leaves after the log has acknowledged its decisions. `async`: they follow
 * it, and are dropped, and counted, when the log is slower than they come. `disabled`: they are not written. Units that
 * an experiment assigns are written in every mode, and the answer waits for it.
 */
export const decisionLogModes = ["sync", "async", "disabled"] as const;
export const DecisionLogMode = z.enum(decisionLogModes);
export type DecisionLogMode = z.infer<typeof DecisionLogMode>;
export const decisionLogDefault: DecisionLogMode = "async";

export interface DecisionRecord {
  /** The answer's `decisionId`; of an answer with many flags, that and the flag's place behind a dot. */
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly unit: UnitId;
  readonly flag: string;
  readonly variation: string;
  readonly reason: Reason;
  readonly code: DecisionCode;
  readonly rule?: string;
  readonly experiment?: string;
  readonly phase?: number;
  readonly variant?: string;
  readonly propensity?: number;
  readonly shadow?: string;
  /** Of the plan. */
  readonly version: number;
}
