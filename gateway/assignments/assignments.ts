import type { Evaluation, EvaluationContext, KeptVariant } from "../../protocols/decision.ts";
import type { EnvironmentKey, UnitId } from "../../protocols/ids.ts";
import type { Clock } from "../../runtime/index.ts";
import type { Counts } from "../counts.ts";
import type { LivePlan } from "../live-plan.ts";
import { KeptCache } from "./cache.ts";
import type { Sticky } from "./sticky.ts";
import type { AssignmentStore, Kept, UnitPlace } from "./store.ts";

// Deciding with kept assignments. The store is asked before, what is new is kept, and whoever came first wins.
//   A1. A store that is down, or slow, costs the stickiness and not the answer.
//   A2. After a failure nobody asks for a second, so that a dead store costs one request its patience, not all.

const storeMsMax = 300;
const restMs = 1_000;
const day = 86_400_000;

export interface StickyDecision {
  readonly evaluations: readonly Evaluation[];
  /** With what was kept. */
  readonly context: EvaluationContext;
  /** The store did not answer: hashing alone decided. */
  readonly stickyUnavailable: boolean;
}

export interface AssignmentsOptions {
  readonly store: AssignmentStore;
  readonly clock: Clock;
  readonly counts: Counts;
  /** Nothing is kept of such a unit: hashing decides. */
  readonly denies: (environment: EnvironmentKey, unit: UnitId) => boolean;
  readonly daysOf: (environment: EnvironmentKey) => number;
}

export class Assignments {
  readonly #options: AssignmentsOptions;
  readonly #cache: KeptCache;
  #restsUntil = Number.NEGATIVE_INFINITY;

  constructor(options: AssignmentsOptions) {
    this.#options = options;
    this.#cache = new KeptCache(options.clock);
  }

  close = (): Promise<void> => this.#options.store.close();

  async decide(
    plan: LivePlan,
    sticky: Sticky,
    asked: EvaluationContext,
    make: (context: EvaluationContext) => readonly Evaluation[],
  ): Promise<StickyDecision> {
    if (this.#options.denies(plan.environment, asked.unitId))
      return { evaluations: make(asked), context: asked, stickyUnavailable: false };
    const place: UnitPlace = {
      environment: plan.environment,
      unitId: asked.unitId,
      ttlMs: this.#options.daysOf(plan.environment) * day,
    };
    const kept = await this.#keptOf(place, sticky);
    if (kept === undefined) return { evaluations: make(asked), context: asked, stickyUnavailable: true };
    const context = { ...asked, kept };
    const evaluations = make(context);
    const fresh = freshIn(evaluations, sticky, kept);
    if (fresh.length === 0) return { evaluations, context, stickyUnavailable: false };
    return this.#keep(place, sticky, { fresh, context, evaluations, make });
  }

  async #keep(
    place: UnitPlace,
    sticky: Sticky,
    {
      fresh,
      context,
      evaluations,
      make,
    }: {
      readonly fresh: readonly Fresh[];
      readonly context: EvaluationContext;
      readonly evaluations: readonly Evaluation[];
      readonly make: (context: EvaluationContext) => readonly Evaluation[];
    },
  ): Promise<StickyDecision> {
    const kept: Record<string, KeptVariant> = { ...context.kept };
    let lost = false;
    let failed = false;
    for (const { experiment, variant } of fresh) {
      const phase = sticky.phases.get(experiment) ?? 0;
      const winner = await this.#ask((store) => store.keep(place, { experiment, phase }, variant));
      if (winner === undefined) failed = true;
      else kept[experiment] = { phase, variant: winner };
      lost ||= winner !== undefined && winner !== variant;
    }
    this.#cache.set(place, kept);
    const known = { ...context, kept };
    return {
      evaluations: lost ? make(known) : evaluations,
      context: known,
      stickyUnavailable: failed,
    };
  }

  async #keptOf(place: UnitPlace, sticky: Sticky): Promise<Kept | undefined> {
    const known = this.#cache.get(place, sticky.wanted);
    if (known !== undefined) return known;
    const kept = await this.#ask((store) => store.get(place, sticky.wanted));
    if (kept !== undefined) this.#cache.set(place, kept);
    return kept;
  }

  /** Undefined when the store does not answer in time (A1). */
  async #ask<Value>(act: (store: AssignmentStore) => Promise<Value>): Promise<Value | undefined> {
    const { clock, counts, store } = this.#options;
    if (clock.monotonicMs() < this.#restsUntil) {
      counts.stickyUnavailable++;
      return undefined;
    }
    const done = new AbortController();
    const late = clock.sleep(storeMsMax, done.signal).then(() => undefined);
    try {
      const answered = act(store);
      const value = await Promise.race([answered, late]);
      if (value !== undefined) return value;
      answered.catch(() => undefined); // nobody listens any more
    } catch {
      // Said below, as silence is.
    } finally {
      done.abort();
    }
    counts.stickyUnavailable++;
    this.#restsUntil = clock.monotonicMs() + restMs; // A2
    return undefined;
  }
}

interface Fresh {
  readonly experiment: string;
  readonly variant: string;
}

/** Assigned by hashing just now: nothing was kept of it. */
function freshIn(evaluations: readonly Evaluation[], { phases }: Sticky, kept: Kept): Fresh[] {
  const fresh = new Map<string, string>();
  for (const { code, experiment, variant } of evaluations) {
    if (code !== "experiment_assigned" || experiment === undefined || variant === undefined) continue;
    const phase = phases.get(experiment);
    if (phase === undefined) continue;
    const known = Object.hasOwn(kept, experiment) ? kept[experiment] : undefined;
    if (known?.phase !== phase || known.variant !== variant) fresh.set(experiment, variant);
  }
  return [...fresh].map(([experiment, variant]) => ({ experiment, variant }));
}
