import { SignedPlan } from "../protocols/plan.ts";
import type { EnvironmentKey } from "../protocols/ids.ts";
import type { Log } from "../runtime/index.ts";
import { livePlan, type LivePlan } from "./live-plan.ts";
import type { LastGood } from "./last-good.ts";

// The plans this gateway answers from.
//   P1. A plan is verified before anything reads it.
//   P2. The program is built first, then one reference is swapped: a request sees the old plan or the new one.
//   P3. A version never goes back, whatever arrives, from wherever.

export type PlanListener = (plan: LivePlan) => void;

export class Plans {
  readonly #plans = new Map<string, LivePlan>();
  readonly #verify: (signed: SignedPlan) => boolean;
  readonly #lastGood: LastGood | undefined;
  readonly #log: Log;
  readonly #listeners = new Set<PlanListener>();

  constructor(verify: (signed: SignedPlan) => boolean, lastGood: LastGood | undefined, log: Log) {
    this.#verify = verify;
    this.#lastGood = lastGood;
    this.#log = log;
  }

  get(environment: string): LivePlan | undefined {
    return this.#plans.get(environment);
  }

  all(): Iterable<LivePlan> {
    return this.#plans.values();
  }

  /** Called after each swap. Returns how to stop. */
  onChange(listener: PlanListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** From the log (`stale` false) or from disk. Says what became of it. */
  accept(document: unknown, stale: boolean): "swapped" | "old" | "refused" {
    const parsed = SignedPlan.safeParse(document);
    if (!parsed.success) return this.#refuse("plan_malformed", parsed.error.issues.slice(0, 3));
    const signed = parsed.data;
    const { environment, version } = signed.plan;
    const before = this.#plans.get(environment);
    if (before !== undefined) {
      if (version < before.version) return "old"; // P3
      if (version === before.version) {
        // The log holds what we had from disk: from here on it is no longer stale.
        if (!before.stale || stale) return "old";
        if (before.signed.etag === signed.etag) return this.#swap(livePlan(before.signed, false, before));
      }
    }
    if (!this.#verify(signed)) return this.#refuse("plan_signature_refused", { environment, version }); // P1
    return this.#swap(livePlan(signed, stale, before));
  }

  /** An archived environment is not served any more, also not after a restart. */
  drop(environment: EnvironmentKey): void {
    if (this.#plans.delete(environment)) this.#log.info("plan_dropped", { environment });
    void this.#lastGood?.removePlan(environment);
  }

  #swap(plan: LivePlan): "swapped" {
    this.#plans.set(plan.environment, plan); // P2
    if (!plan.stale) void this.#lastGood?.savePlan(plan.environment, plan.text);
    this.#log.info("plan_swapped", {
      environment: plan.environment,
      version: plan.version,
      stale: plan.stale,
    });
    for (const listener of this.#listeners) listener(plan);
    return "swapped";
  }

  #refuse(event: string, detail: unknown): "refused" {
    this.#log.error(event, { detail });
    return "refused";
  }
}
