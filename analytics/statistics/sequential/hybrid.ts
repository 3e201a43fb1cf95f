import { normalSf, normalUpperQuantile, twoSided } from "../special/special.ts";
import { type ConfidenceSequence, confidenceSequence, type Estimate } from "./asymptotic.ts";

/** Half of alpha watches while the experiment runs, half waits for its planned end. */
export interface HybridPlan {
  readonly alpha: number;
  readonly unitsPlanned: number;
  /** Whether this is the one look at the planned end. */
  readonly ended: boolean;
}

export type HybridInterval =
  | { readonly kind: "estimated"; readonly lower: number; readonly upper: number; readonly pValue: number }
  | Exclude<ConfidenceSequence, { kind: "estimated" }>;

/**
 * An always-valid interval at alpha / 2 while it runs and a plain one at alpha / 2 once, at the planned end: 10 to 15 %
 * wider there than a test that nobody looked at, far narrower than an always-valid one. By Bonferroni's inequality
 * both together err with probability alpha at most.
 */
export function hybridInterval(
  estimate: Estimate,
  { alpha, unitsPlanned, ended }: HybridPlan,
): HybridInterval {
  const running = confidenceSequence(estimate, { alpha: alpha / 2, unitsPlanned });
  if (running.kind !== "estimated") return running;
  const { effect, standardError } = estimate;
  const radius = ended ? standardError * normalUpperQuantile(alpha / 4) : running.radius;
  // Each part spends half of alpha, so its p counts twice.
  const p = ended ? twoSided(normalSf(Math.abs(effect) / standardError)) : running.pValue;
  return { kind: "estimated", lower: effect - radius, upper: effect + radius, pValue: Math.min(1, 2 * p) };
}
