import type { PublishedExperiment } from "../protocols/experiment.ts";
import type { Plan } from "../protocols/plan.ts";
import { allocationSalt, bucketCount, holdoutSalt, layerSalt, variantSalt } from "./bucket.ts";
import { Check, kinds } from "./check.ts";
import type { CheckMaker } from "./conditions.ts";
import {
  ExperimentProgram,
  type Deal,
  type Draw,
  type HoldoutDraw,
  type Preliminaries,
} from "./experiment.ts";
import { placeOf } from "./hash-profiles/place.ts";
import { recipeOf } from "./hash-profiles/recipe.ts";
import { inRank } from "./rank.ts";
import { Positions, recipeSpansOf, Shares, variantSpansOf } from "./shares.ts";
import { holdoutsFor } from "./holdouts.ts";
import { memberOf } from "./attribute.ts";
import type { Holdout, PublishedLayer } from "../protocols/layer.ts";
import type { Json } from "../protocols/json.ts";

/** Makes the plan's experiments, and lets each know those of higher priority. */
export function* experimentSteps(
  plan: Plan,
  maker: CheckMaker,
): Generator<void, ReadonlyMap<string, ExperimentProgram>> {
  const programs = new Map<string, ExperimentProgram>();
  for (const [key, experiment] of Object.entries(plan.experiments)) {
    programs.set(key, experimentProgram(key, experiment, plan, maker));
    yield;
  }
  for (const ranked of inRank(plan.experiments)) {
    const above = ranked.map(({ key }) => programs.get(key)).filter((each) => each !== undefined);
    for (const [index, { key, participationLimit }] of ranked.entries())
      if (participationLimit !== undefined) programs.get(key)?.rank(above.slice(0, index));
    yield;
  }
  return programs;
}

function experimentProgram(
  key: string,
  experiment: PublishedExperiment,
  plan: Plan,
  maker: CheckMaker,
): ExperimentProgram {
  const { allocation } = experiment;
  return new ExperimentProgram({
    key,
    preliminaries: preliminariesOf(experiment, plan, maker),
    limit: experiment.participationLimit,
    slots: slotDraw(experiment, plan, maker),
    allocation:
      allocation >= bucketCount
        ? undefined
        : draw(maker, allocationSalt(maker.environmentSalt, experiment), [{ from: 0, to: allocation }]),
    deal: dealOf(experiment, maker),
  });
}

/** Undefined when there is nothing to ask. */
function preliminariesOf(
  experiment: PublishedExperiment,
  plan: Plan,
  maker: CheckMaker,
): Preliminaries | undefined {
  const { status, targeting, startAt, stopAt, sticky, phase, variants } = experiment;
  const hasDates = startAt !== undefined || stopAt !== undefined;
  const holdouts = holdoutsFor(experiment, plan).map((holdout) => holdoutDraw(holdout, maker));
  const isRunning = status === "running";
  if (isRunning && !hasDates && targeting === undefined && holdouts.length === 0 && sticky !== "store")
    return undefined;
  const never = new Check({ kind: kinds.any, operand: [] });
  return {
    isRunning,
    dates: hasDates ? { from: startAt ?? -Infinity, until: stopAt ?? Infinity } : undefined,
    // Targeting that this version does not understand fits nobody.
    targeting: targeting === undefined ? undefined : (maker.checkOf(targeting) ?? never),
    holdouts,
    kept: sticky === "store" ? { phase, variants: variants.map((variant) => variant.key) } : undefined,
  };
}

const holdoutDraw = (holdout: Holdout, maker: CheckMaker): HoldoutDraw => ({
  ...draw(maker, holdoutSalt(maker.environmentSalt, holdout), [{ from: 0, to: holdout.share }]),
  endsAt: holdout.endsAt ?? Infinity,
});

/** A layer that the plan lacks has no slots, so nobody is in them. */
function slotDraw(experiment: PublishedExperiment, plan: Plan, maker: CheckMaker): Draw | undefined {
  if (experiment.layer === undefined) return undefined;
  const layer = memberOf(plan.layers, experiment.layer.key) as PublishedLayer | undefined;
  const salt = layerSalt(maker.environmentSalt, layer ?? { key: experiment.layer.key });
  return draw(maker, salt, layer === undefined ? [] : experiment.layer.slots);
}

function dealOf(experiment: PublishedExperiment, maker: CheckMaker): Deal {
  const { hash, variants } = experiment;
  if (hash !== undefined) {
    const recipe = recipeOf(hash as unknown as Json);
    // A recipe that this version does not know deals nobody in.
    if (recipe === undefined)
      return { kind: "recipe", place: () => Number.NaN, positions: new Positions([]) };
    return { kind: "recipe", place: placeOf(recipe), positions: new Positions(recipeSpansOf(variants)) };
  }
  const shares = new Shares(variantSpansOf(experiment));
  const { only } = shares;
  if (only !== undefined && only >= 0) return { kind: "only", place: only };
  return { kind: "salt", salt: maker.saltOf(variantSalt(maker.environmentSalt, experiment)), shares };
}

function draw(
  maker: CheckMaker,
  salt: string,
  ranges: readonly { readonly from: number; readonly to: number }[],
): Draw {
  const [{ from, to } = { from: 0, to: 0 }, ...others] = ranges;
  return { salt: maker.saltOf(salt), from, to, others: others.length === 0 ? undefined : others };
}
