import { breachesPerPauseMax, type Breach } from "../../protocols/automatic-pause.ts";
import { newBreaches, placeOf } from "../../protocols/breach.ts";
import { resolvedPlan } from "../../protocols/resolved-plan.ts";
import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { MetricKey } from "../../protocols/ids.ts";
import type { Analysis, PartialSums } from "../../protocols/results.ts";

/** Which phase and plan a look was taken under, and what of it must not go on. */
export interface BreachedLook {
  readonly phase: number;
  readonly planVersion: number;
  readonly breaches: readonly Breach[];
}

/** Below this a sample ratio acts; the scorecard calls it a mismatch. */
const sampleRatioLimit = 0.001;

/**
 * What pauses a running experiment by itself, for the first time in its phase; undefined where nothing does. Proven harm
 * only: a guardrail that is undecided, or violated within what is accepted, is none.
 */
export function breachedLook(
  { experiment }: ExperimentDefinition,
  analysis: Analysis,
): BreachedLook | undefined {
  if (experiment.status !== "running" || analysis.monitor === undefined) return undefined;
  const { phase, planVersion } = analysis.monitor;
  const found = [...guardrails(analysis), ...sampleRatio(experiment, analysis)];
  const breaches = newBreaches(experiment, found)
    .toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
    .slice(0, breachesPerPauseMax);
  return breaches.length === 0 ? undefined : { phase, planVersion, breaches };
}

const guardrails = ({ comparisons }: Analysis): Breach[] =>
  comparisons.flatMap(({ variant, metric, finding }) => {
    if (finding?.breach?.action !== "pause") return [];
    const { estimate, bound, limit } = finding.breach;
    return [{ kind: "guardrail", variant, metric: metric as MetricKey, estimate, bound, limit }];
  });

function sampleRatio(
  { analysis: plan }: ExperimentDefinition["experiment"],
  { scorecard }: Analysis,
): Breach[] {
  if (resolvedPlan(plan).sampleRatioAction === "alert") return [];
  const tested = scorecard?.sequentialSampleRatio;
  if (tested?.kind !== "tested" || !tested.mismatch) return [];
  return [{ kind: "sample_ratio", pValue: tested.runningPValue, limit: sampleRatioLimit }];
}

/** While a new phase spreads, some partitions still speak of the one before: their sums say nothing together. */
export const areOfOnePhase = (partials: readonly PartialSums[]): boolean =>
  new Set(partials.map(({ definition }) => definition.experiment.phase)).size === 1;
