import type { PublishedExperiment } from "../protocols/experiment.ts";
import type { Plan } from "../protocols/plan.ts";
import { allocationSalt, bucketCount, holdoutSalt, layerSalt, variantSalt } from "./bucket.ts";
import { Check, kinds } from "./check.ts";
import type { CheckMaker } from "./conditions.ts";
import { ExperimentProgram, type Deal, type Draw, type HoldoutDraw } from "./experiment.ts";
import { placeOf } from "./hash-profiles/place.ts";
import { recipeOf } from "./hash-profiles/recipe.ts";
import { inRank } from "./rank.ts";
import { recipeSpansOf, Shares, variantSpansOf } from "./shares.ts";
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
  const { status, targeting, startAt, stopAt, allocation, variants } = experiment;
  const never = new Check({ kind: kinds.any, operand: [] });
  return new ExperimentProgram({
    key,
    from: status === "running" ? (startAt ?? -Infinity) : Infinity,
    until: stopAt ?? Infinity,
    // Targeting that this version does not understand fits nobody.
    targeting: targeting === undefined ? undefined : (maker.checkOf(targeting) ?? never),
    holdouts: holdoutsFor(experiment, plan).map((holdout) => holdoutDraw(holdout, maker)),
    kept:
      experiment.sticky === "store"
        ? { phase: experiment.phase, variants: variants.map((variant) => variant.key) }
        : undefined,
    limit: experiment.participationLimit ?? Infinity,
    slots: slotDraw(experiment, plan, maker),
    allocation:
      allocation >= bucketCount
        ? undefined
        : draw(maker, allocationSalt(maker.environmentSalt, experiment), [{ from: 0, to: allocation }]),
    deal: dealOf(experiment, maker),
  });
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
    if (recipe === undefined) return { kind: "recipe", place: () => Number.NaN, shares: new Shares([]) };
    return { kind: "recipe", place: placeOf(recipe), shares: new Shares(recipeSpansOf(variants)) };
  }
  const shares = new Shares(variantSpansOf(experiment));
  const { only } = shares;
  if (only !== undefined && only >= 0) return { kind: "only", place: only };
  return { kind: "salt", salt: maker.saltOf(variantSalt(maker.environmentSalt, experiment)), shares };
}

const draw = (maker: CheckMaker, salt: string, spans: Draw["spans"]): Draw => ({
  salt: maker.saltOf(salt),
  spans,
});
