import type { Evaluation } from "../protocols/decision.ts";
import type { PublishedExperiment } from "../protocols/experiment.ts";
import type { EnvironmentKey } from "../protocols/ids.ts";
import type { Plan, SignedPlan } from "../protocols/plan.ts";
import { programSteps, type Program } from "../evaluation/program.ts";
import { stickyOf, type Sticky } from "./assignments/sticky.ts";
import type { Said } from "./decisions/said.ts";
import { UnitIds } from "./units.ts";

/** One environment's newest plan, with all that answering from it needs, built before it is swapped in. */
export interface LivePlan {
  readonly environment: EnvironmentKey;
  readonly signed: SignedPlan;
  readonly plan: Plan;
  readonly program: Program;
  /** A map, because a key may be `constructor`. */
  readonly experiments: ReadonlyMap<string, PublishedExperiment>;
  readonly version: number;
  readonly units: UnitIds;
  /** The signed plan as `/configs` and the stream's `put` send it. */
  readonly text: string;
  /** Read from disk at start, and not yet confirmed by the log: decisions say STALE. */
  readonly stale: boolean;
  /** Undefined when no experiment keeps its variants: then the assignment store is never asked. */
  readonly sticky: Sticky | undefined;
  /** What is said of each answer: evaluation gives the same object every time. */
  readonly said: WeakMap<Evaluation, Said>;
  /** The same in OFREP's words. */
  readonly ofrep: WeakMap<Evaluation, string>;
}

export interface LivePlanOptions {
  readonly stale: boolean;
  /** JSON of the signed plan, where it is at hand. */
  readonly text?: string | undefined;
  readonly before?: LivePlan | undefined;
}

/** In steps of a fraction of a millisecond each, but for writing the text of a plan that came without. */
export function* livePlanSteps(
  signed: SignedPlan,
  { stale, text, before }: LivePlanOptions,
): Generator<void, LivePlan> {
  const { plan } = signed;
  const built = yield* programSteps(plan);
  const sticky = stickyOf(plan);
  yield;
  return {
    environment: plan.environment,
    signed,
    plan,
    program: built,
    experiments: new Map(Object.entries(plan.experiments)),
    version: plan.version,
    // Pseudonyms depend on the salt only, so a new version keeps those already made.
    units:
      before !== undefined && before.units.salt === plan.unitSalt ? before.units : new UnitIds(plan.unitSalt),
    text: text ?? JSON.stringify(signed),
    stale,
    sticky,
    said: new WeakMap(),
    ofrep: new WeakMap(),
  };
}
