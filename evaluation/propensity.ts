import type { PublishedExperiment } from "../protocols/experiment.ts";
import type { Plan } from "../protocols/plan.ts";
import { bucketCount } from "./bucket.ts";
import { holdoutsFor } from "./holdouts.ts";
import { refusals } from "./refusal.ts";
import { widthOf } from "./shares.ts";

// The chance of an answer before any hashing, supposing that evaluation got to the draw it came from. A kept variant
// has the chance of today's weights: what it was when it was dealt, nobody wrote down here.

/** A variant's weight (or the width of its imported range) times the allocation. */
export function chanceOf(experiment: PublishedExperiment, place: number): number {
  const variant = experiment.variants[place];
  if (variant === undefined) return 0;
  const share = experiment.hash === undefined ? variant.weight / bucketCount : widthOf(variant);
  return share * (experiment.allocation / bucketCount);
}

/** Undefined for refusals that chance had no part in, or not in a way that one number says. */
export function refusalChance(
  experiment: PublishedExperiment,
  place: number,
  plan: Plan,
): number | undefined {
  if (place <= refusals.holdout) {
    const holdout = holdoutsFor(experiment, plan)[refusals.holdout - place];
    return holdout === undefined ? undefined : holdout.share / bucketCount;
  }
  if (place === refusals.domain_conflict) {
    const slots = experiment.layer?.slots ?? [];
    return 1 - slots.reduce((sum, { from, to }) => sum + to - from, 0) / bucketCount;
  }
  if (place !== refusals.outside_traffic_allocation) return undefined;
  const covered =
    experiment.hash === undefined ? 1 : experiment.variants.reduce((sum, each) => sum + widthOf(each), 0);
  return 1 - (experiment.allocation / bucketCount) * covered;
}
