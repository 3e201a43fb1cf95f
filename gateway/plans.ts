import type { SignedPlan } from "../protocols/plan.ts";
import type { EnvironmentKey } from "../protocols/ids.ts";
import type { Clock, Log } from "../runtime/index.ts";
import type { LastGood } from "./last-good.ts";
import { livePlanSteps, type LivePlan } from "./live-plan.ts";
import type { PlanChecker } from "./plan-check/checker.ts";
import { inSlices } from "./slices.ts";

// The plans this gateway answers from.
//   P1. A plan is verified before anything reads it.
//   P2. The program is built first, in slices between requests, then one reference is swapped: a request sees the old
//       plan or the new one.
//   P3. A version never goes back, whatever arrives, from wherever.
//   P4. Plans are taken up one after the other.

export type PlanListener = (plan: LivePlan) => void;
export type Accepted = "swapped" | "old" | "refused";

export interface PlansOptions {
  readonly checker: Pick<PlanChecker, "check" | "close">;
  readonly lastGood: LastGood | undefined;
  readonly log: Log;
  readonly clock: Clock;
}

export class Plans {
  readonly #options: PlansOptions;
  readonly #plans = new Map<string, LivePlan>();
  readonly #listeners = new Set<PlanListener>();
  /** Environments that are archived: a plan that was under way when that was said is not served either. */
  readonly #dropped = new Set<string>();
  #tail: Promise<unknown> = Promise.resolve();

  constructor(options: PlansOptions) {
    this.#options = options;
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

  /** A signed plan's JSON, from the log (`stale` false) or from disk. Says what became of it. */
  accept(text: string, { stale }: { readonly stale: boolean }): Promise<Accepted> {
    const done = this.#tail.then(() => this.#accept(text, stale)); // P4
    this.#tail = done.catch(() => undefined);
    return done;
  }

  /** An archived environment is not served any more, also not after a restart. */
  drop(environment: EnvironmentKey): void {
    const { log, lastGood } = this.#options;
    this.#dropped.add(environment);
    if (this.#plans.delete(environment)) log.info("plan_dropped", { environment });
    void lastGood?.removePlan(environment);
  }

  close(): void {
    this.#options.checker.close();
  }

  async #accept(text: string, stale: boolean): Promise<Accepted> {
    const checked = await this.#options.checker.check(text); // P1
    if (!checked.ok) {
      this.#options.log.error(checked.event, { detail: checked.detail });
      return "refused";
    }
    const { signed } = checked;
    const { environment } = signed.plan;
    const before = this.#plans.get(environment);
    if (before !== undefined && !isNews(signed, stale, before)) return "old"; // P3
    const plan = await inSlices(livePlanSteps(signed, { stale, text, before }), this.#options.clock);
    if (this.#dropped.has(environment)) return "old";
    this.#swap(plan);
    return "swapped";
  }

  #swap(plan: LivePlan): void {
    const { lastGood, log } = this.#options;
    const { environment, version, stale } = plan;
    this.#plans.set(environment, plan); // P2
    if (!stale) void lastGood?.savePlan(environment, plan.text);
    log.info("plan_swapped", { environment, version, stale });
    for (const listener of this.#listeners) listener(plan);
  }
}

/** Of the same version only what the log says counts, over what we had from disk. */
function isNews(signed: SignedPlan, stale: boolean, before: LivePlan): boolean {
  const { version } = signed.plan;
  return version > before.version || (version === before.version && before.stale && !stale);
}
