import type { PublishedExperiment } from "../../protocols/experiment.ts";
import type { ExperimentCheck } from "../../protocols/trace.ts";
import { allocationSalt, bucketCount, holdoutSalt, layerSalt, variantSalt } from "../bucket.ts";
import { keptVariantOf } from "../experiment.ts";
import { inRank } from "../rank.ts";
import { refusals } from "../refusal.ts";
import { holdoutsFor } from "../holdouts.ts";
import { recipeSpansOf, variantSpansOf } from "../shares.ts";
import { explainCondition } from "./condition.ts";
import { bucketDraw, entity, recipeDraw, type Drawn, type Scope } from "./scope.ts";

export interface ExperimentExplanation {
  /** As of ExperimentProgram.assign(): the place of the variant, or a refusal below 0. */
  readonly place: number;
  readonly checks: readonly ExperimentCheck[];
}

type Checks = ExperimentCheck[];

/** Asks the questions of SPEC 3.4 one after the other, and stops at the first that is not passed. */
export function explainExperiment(experiment: PublishedExperiment, scope: Scope): ExperimentExplanation {
  const checks: Checks = [];
  const early = before(experiment, scope, checks);
  if (early !== undefined) return { place: early, checks };
  const { participationLimit: limit } = experiment;
  if (limit !== undefined) {
    const taken = takenAbove(experiment, limit, scope);
    const passed = taken.length < limit;
    checks.push({ check: "participation", passed, limit, taken });
    if (!passed) return { place: refusals.participation_limit, checks };
  }
  return { place: after(experiment, scope, checks), checks };
}

/** Running, targeting, holdouts, kept variant: a place when one of them settles it. */
function before(experiment: PublishedExperiment, scope: Scope, checks: Checks): number | undefined {
  const { plan, context } = scope;
  const { key, status, startAt, stopAt, targeting, sticky, phase, variants } = experiment;
  const { now } = context;
  const hasDates = startAt !== undefined || stopAt !== undefined;
  const isInside = !hasDates || (now >= (startAt ?? -Infinity) && now < (stopAt ?? Infinity));
  const isRunning = status === "running" && isInside;
  checks.push({
    check: "running",
    passed: isRunning,
    status,
    now: Number.isFinite(now) ? now : null,
    ...(startAt === undefined ? {} : { startAt }),
    ...(stopAt === undefined ? {} : { stopAt }),
  });
  if (!isRunning) return refusals.no_active_experiment;
  if (targeting !== undefined) {
    const condition = explainCondition(targeting, scope);
    const passed = condition.outcome === "holds";
    checks.push({ check: "targeting", passed, condition });
    if (!passed) return refusals.targeting_mismatch;
  }
  for (const [index, holdout] of holdoutsFor(experiment, plan).entries()) {
    const { trace, at } = bucketDraw(holdoutSalt(plan.salt, holdout), scope);
    const ended = now >= (holdout.endsAt ?? Infinity);
    const passed = ended || (at ?? bucketCount) >= holdout.share;
    checks.push({
      check: "holdout",
      passed,
      holdout: holdout.key,
      draw: trace,
      share: holdout.share,
      ended,
    });
    if (!passed) return refusals.holdout - index;
  }
  if (sticky !== "store") return undefined;
  const variant = keptVariantOf(key, phase, context);
  if (variant === undefined) return undefined;
  const place = variants.findIndex((each) => each.key === variant);
  checks.push({ check: "kept", passed: place >= 0, variant });
  return place >= 0 ? place : undefined;
}

/** Slot, allocation, variant. */
function after(experiment: PublishedExperiment, scope: Scope, checks: Checks): number {
  const { plan } = scope;
  const { layer, allocation, hash, variants } = experiment;
  if (layer !== undefined) {
    const known = entity(plan.layers, layer.key);
    const { trace, at = -1 } = bucketDraw(layerSalt(plan.salt, known ?? { key: layer.key }), scope);
    const slots = known === undefined ? [] : layer.slots.map(({ from, to }) => ({ from, to }));
    const passed = slots.some(({ from, to }) => at >= from && at < to);
    checks.push({ check: "slot", passed, layer: layer.key, draw: trace, slots });
    if (!passed) return refusals.domain_conflict;
  }
  if (allocation < bucketCount) {
    const { trace, at = bucketCount } = bucketDraw(allocationSalt(plan.salt, experiment), scope);
    const passed = at < allocation;
    checks.push({ check: "allocation", passed, draw: trace, allocation });
    if (!passed) return refusals.outside_traffic_allocation;
  }
  const drawn = drawOf(experiment, scope);
  if (drawn === undefined) return refusals.outside_traffic_allocation;
  const { trace, at } = drawn;
  const spans = hash === undefined ? variantSpansOf(experiment) : recipeSpansOf(variants);
  const owner = at === undefined ? undefined : spans.find(({ from, to }) => at >= from && at < to);
  const variant = owner === undefined ? undefined : variants[owner.place]?.key;
  checks.push({
    check: "variant",
    passed: variant !== undefined,
    draw: trace,
    ...(variant === undefined ? {} : { variant }),
  });
  if (at === undefined) return refusals.no_key;
  return owner?.place ?? (hash === undefined ? refusals.no_variants : refusals.outside_traffic_allocation);
}

const drawOf = (experiment: PublishedExperiment, scope: Scope): Drawn | undefined =>
  experiment.hash === undefined
    ? bucketDraw(variantSalt(scope.plan.salt, experiment), scope)
    : recipeDraw(experiment.hash, scope);

/** Experiments of higher priority over the same kind of unit that take this one, up to `limit` of them. */
function takenAbove(experiment: PublishedExperiment, limit: number, scope: Scope): string[] {
  const ranked = inRank(scope.plan.experiments).find((list) =>
    list.some(({ key }) => key === experiment.key),
  );
  const taken: string[] = [];
  for (const other of ranked ?? []) {
    if (other.key === experiment.key || taken.length >= limit) break;
    const early = before(other, scope, []);
    const isOpen = early === undefined && taken.length < (other.participationLimit ?? Infinity);
    if (isOpen ? after(other, scope, []) >= 0 : (early ?? -1) >= 0) taken.push(other.key);
  }
  return taken;
}
