import type { ExperimentDefinition } from "../../../protocols/experiment.ts";
import type { Monitor } from "../../../protocols/scorecard.ts";

/** What earlier looks left that still counts: a new phase or another version of the plan begins anew. */
export function memoryOf({ experiment }: ExperimentDefinition, earlier: Monitor | undefined): Monitor {
  const { phase } = experiment;
  const planVersion = experiment.plans?.at(-1)?.version ?? 1;
  if (earlier?.phase === phase && earlier.planVersion === planVersion) return earlier;
  return { phase, planVersion, cells: {}, sampleRatioP: 1, plannedLooks: [] };
}
