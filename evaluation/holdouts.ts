import type { PublishedExperiment } from "../protocols/experiment.ts";
import type { Holdout } from "../protocols/layer.ts";
import type { Plan } from "../protocols/plan.ts";

/** Holdouts that keep units out of an experiment, in the order of their keys; one without tags is for all experiments. */
export const holdoutsFor = (experiment: PublishedExperiment, plan: Plan): readonly Holdout[] =>
  Object.values(plan.holdouts ?? {})
    .filter(
      ({ share, tags }) =>
        share > 0 && (tags.length === 0 || tags.some((tag) => (experiment.tags ?? []).includes(tag))),
    )
    .sort((a, b) => (a.key < b.key ? -1 : 1));
