import type { DecisionCode, EvaluationContext } from "../protocols/decision.ts";
import type { PublishedExperiment } from "../protocols/experiment.ts";
import { allocationSalt, bucketCount, variantSalt } from "./bucket.ts";
import { matcherOf, type ConditionScope } from "./conditions.ts";
import { PreloadedSalt } from "./preloaded-salt.ts";
import { chooser } from "./split.ts";

/** Why an experiment did not assign, in the order in which it asks. */
export const refusalCodes = [
  "no_active_experiment",
  "targeting_mismatch",
  "holdout",
  "participation_limit",
  "domain_conflict",
  "outside_traffic_allocation",
  "no_variants",
] as const satisfies readonly DecisionCode[];
export type RefusalCode = (typeof refusalCodes)[number];

/** The place of the variant in the experiment's list, or why there is none. */
export type Assign = (context: EvaluationContext) => number | RefusalCode;

/** One of the questions asked before a variant is chosen: undefined lets the unit pass. */
type Check = (context: EvaluationContext) => RefusalCode | undefined;

/**
 * Asks the checks in SPEC order, then deals by weight. Holdout, participation limit and layer slot are checks between
 * targeting and allocation; a plan that can say them adds them to this list.
 */
export function assignOf(experiment: PublishedExperiment, scope: ConditionScope): Assign {
  if (experiment.status !== "running") return () => "no_active_experiment";
  const checks = [dates(experiment), targeting(experiment, scope), allocation(experiment, scope)].filter(
    (check) => check !== undefined,
  );
  const salt = variantSalt(scope.environmentSalt, experiment);
  const choose = chooser(salt, experiment.variants);
  return (context) => {
    for (const check of checks) {
      const refusal = check(context);
      if (refusal !== undefined) return refusal;
    }
    return choose(context.unitId) ?? "no_variants";
  };
}

/** From startAt on, until before stopAt. */
function dates({ startAt, stopAt }: PublishedExperiment): Check | undefined {
  if (startAt === undefined && stopAt === undefined) return undefined;
  const start = startAt ?? -Infinity;
  const stop = stopAt ?? Infinity;
  return ({ now }) => (now >= start && now < stop ? undefined : "no_active_experiment");
}

/** Targeting that this version does not understand fits nobody. */
function targeting(experiment: PublishedExperiment, scope: ConditionScope): Check | undefined {
  if (experiment.targeting === undefined) return undefined;
  const matches = matcherOf(experiment.targeting, scope);
  return (context) => (matches?.(context) === true ? undefined : "targeting_mismatch");
}

function allocation(experiment: PublishedExperiment, scope: ConditionScope): Check | undefined {
  const share = experiment.allocation;
  if (share >= bucketCount) return undefined;
  const salt = new PreloadedSalt(allocationSalt(scope.environmentSalt, experiment));
  return ({ unitId }) => (salt.bucketOf(unitId) < share ? undefined : "outside_traffic_allocation");
}
