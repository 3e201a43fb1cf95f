import type { Evaluation } from "../protocols/decision.ts";
import type { PublishedExperiment } from "../protocols/experiment.ts";
import type { EnvironmentKey } from "../protocols/ids.ts";
import type { Plan, SignedPlan } from "../protocols/plan.ts";
import { program, type Program } from "../evaluation/program.ts";
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
  /** Answer texts up to the decision id, per answer: evaluation gives the same object every time. */
  readonly answers: WeakMap<Evaluation, string>;
}

export function livePlan(signed: SignedPlan, stale: boolean, before?: LivePlan): LivePlan {
  const { plan } = signed;
  return {
    environment: plan.environment,
    signed,
    plan,
    program: program(plan),
    experiments: new Map(Object.entries(plan.experiments)),
    version: plan.version,
    // Pseudonyms depend on the salt only, so a new version keeps those already made.
    units:
      before !== undefined && before.units.salt === plan.unitSalt ? before.units : new UnitIds(plan.unitSalt),
    text: before?.signed === signed ? before.text : JSON.stringify(signed),
    stale,
    answers: new WeakMap(),
  };
}
