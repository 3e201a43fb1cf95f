import type { EnvironmentKey } from "../../protocols/ids.ts";
import type { Clock, Random } from "../../runtime/index.ts";
import type { LivePlan } from "../live-plan.ts";
import type { Plans } from "../plans.ts";
import type { SseClient, SseEvent } from "./sse.ts";

// Tells clients that flags have changed, not how: each asks again. They would all ask in the same moment, since none of
// them waits, so they are told in small groups over a fifth of a second. Changes meanwhile make no second notice.

const slots = 25;
const slotMs = 8;
/** A client that connects so soon after a change may have asked before it. */
const recentMs = 10_000;

interface Listener {
  readonly client: SseClient;
  waiting: boolean;
}

export interface RefetchNoticesOptions {
  readonly plans: Plans;
  readonly clock: Clock;
  readonly random: Random;
}

export class RefetchNotices {
  readonly #options: RefetchNoticesOptions;
  readonly #listeners = new Map<EnvironmentKey, Set<Listener>>();
  readonly #changedAt = new Map<EnvironmentKey, number>();

  constructor(options: RefetchNoticesOptions) {
    this.#options = options;
    options.plans.onChange((plan) => this.#changed(plan));
  }

  /** `has` is the last version that the client was told of; undefined when it is new. */
  add(environment: EnvironmentKey, client: SseClient, has: number | undefined): void {
    const listener: Listener = { client, waiting: false };
    let all = this.#listeners.get(environment);
    if (all === undefined) this.#listeners.set(environment, (all = new Set()));
    all.add(listener);
    client.onClose(() => {
      all.delete(listener);
      if (all.size === 0 && this.#listeners.get(environment) === all) this.#listeners.delete(environment);
    });
    const plan = this.#options.plans.get(environment);
    if (plan === undefined) return;
    const changedAt = this.#changedAt.get(environment) ?? Number.NEGATIVE_INFINITY;
    const isRecent = this.#options.clock.monotonicMs() - changedAt < recentMs;
    if (has === undefined ? isRecent : has !== plan.version) this.#tell(environment, [listener]);
  }

  #changed({ environment }: LivePlan): void {
    this.#changedAt.set(environment, this.#options.clock.monotonicMs());
    const all = this.#listeners.get(environment);
    if (all !== undefined) this.#tell(environment, all);
  }

  #tell(environment: EnvironmentKey, all: Iterable<Listener>): void {
    const { clock, random } = this.#options;
    const groups = new Map<number, Listener[]>();
    for (const listener of all) {
      if (listener.waiting) continue;
      listener.waiting = true;
      const slot = Math.floor(random.fraction() * slots);
      const group = groups.get(slot);
      if (group === undefined) groups.set(slot, [listener]);
      else group.push(listener);
    }
    for (const [slot, group] of groups)
      void clock.sleep(slot * slotMs).then(() => this.#send(environment, group));
  }

  #send(environment: EnvironmentKey, group: readonly Listener[]): void {
    const plan = this.#options.plans.get(environment);
    const event = plan === undefined ? undefined : noticeOf(plan);
    for (const listener of group) {
      listener.waiting = false;
      if (event !== undefined) listener.client.send(event);
    }
  }
}

function noticeOf({ version, signed, plan }: LivePlan): SseEvent {
  const lastModified = Math.floor(plan.publishedAt / 1_000);
  const data = JSON.stringify({ type: "refetchEvaluation", etag: signed.etag, lastModified });
  return { event: "message", id: String(version), data };
}
