import type { PublishedExperiment } from "../protocols/experiment.ts";
import type { Holdout } from "../protocols/layer.ts";
import type { EpochMs } from "../protocols/time.ts";
import type { Findings } from "./findings.ts";

/** Warns of holdouts that keep nobody out: nothing refers to them, so none can be wrong. */
export function compileHoldouts(
  {
    holdouts,
    experiments,
  }: { readonly holdouts: readonly Holdout[]; readonly experiments: readonly PublishedExperiment[] },
  publishedAt: EpochMs,
  findings: Findings,
): void {
  const used = new Set(experiments.flatMap(({ tags }) => tags ?? []));
  for (const { key, tags, endsAt } of holdouts) {
    const path = `holdouts.${key}`;
    if (endsAt !== undefined && endsAt <= publishedAt) findings.warn(`${path}.endsAt`, "has passed");
    if (tags.length > 0 && !tags.some((tag) => used.has(tag)))
      findings.warn(`${path}.tags`, `no experiment has any of them: ${tags.join(", ")}`);
  }
}
