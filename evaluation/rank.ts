import type { PublishedExperiment } from "../protocols/experiment.ts";

/**
 * Running experiments by kind of unit, each list with the highest priority first and of equal ones the key that sorts
 * first. Only experiments over the same kind of unit can take the same unit, so only those count for a limit.
 */
export function inRank(
  experiments: Readonly<Record<string, PublishedExperiment>>,
): readonly (readonly PublishedExperiment[])[] {
  const byUnit = new Map<string, PublishedExperiment[]>();
  for (const experiment of Object.values(experiments)) {
    if (experiment.status !== "running") continue;
    const list = byUnit.get(experiment.unit);
    if (list === undefined) byUnit.set(experiment.unit, [experiment]);
    else list.push(experiment);
  }
  return [...byUnit.values()].map((list) =>
    list.sort((a, b) => (b.priority ?? 0) - (a.priority ?? 0) || (a.key < b.key ? -1 : 1)),
  );
}
