import { Backoff } from "../backoff.ts";
import type { Clock } from "../ports/clock.ts";
import { effectAttemptsMax } from "../limits.ts";
import type { Log } from "../ports/log.ts";
import type { Random } from "../ports/random.ts";

export interface DueEffect {
  readonly effect: unknown;
  readonly idempotencyKey: string;
}

/**
 * Performs an actor's effects one after the other, in the order of their commits: what overtakes can undo. A failing one
 * is tried again with growing pauses, then given up with an error in the log; `resume` may find it after the next
 * activation.
 */
export class EffectQueue {
  readonly #perform: (due: DueEffect) => Promise<void>;
  readonly #tools: { readonly clock: Clock; readonly random: Random; readonly log: Log };
  readonly #stopping = new AbortController();
  readonly #waiting: DueEffect[] = [];
  #running: Promise<void> = Promise.resolve();
  #active = false;

  constructor(
    perform: (due: DueEffect) => Promise<void>,
    tools: { readonly clock: Clock; readonly random: Random; readonly log: Log },
  ) {
    this.#perform = perform;
    this.#tools = tools;
  }

  get length(): number {
    return this.#waiting.length + (this.#active ? 1 : 0);
  }

  add(due: readonly DueEffect[]): void {
    if (this.#stopping.signal.aborted) return; // the next owner resumes them
    this.#waiting.push(...due);
    if (!this.#active && this.#waiting.length > 0) {
      this.#active = true;
      this.#running = this.#run();
    }
  }

  /** Lets what is due finish within the time, then forgets the rest. */
  async stop(msMax: number): Promise<void> {
    const finished = new AbortController();
    void this.#running.then(() => finished.abort());
    await Promise.resolve();
    if (this.#active) await this.#tools.clock.sleep(msMax, finished.signal);
    this.#stopping.abort();
    this.#waiting.length = 0;
  }

  async #run(): Promise<void> {
    for (let due = this.#waiting.shift(); due !== undefined; due = this.#waiting.shift())
      await this.#settle(due);
    this.#active = false;
  }

  async #settle(due: DueEffect): Promise<void> {
    const { clock, random, log } = this.#tools;
    const backoff = new Backoff(random);
    while (!this.#stopping.signal.aborted) {
      try {
        return await this.#perform(due);
      } catch (error) {
        const { idempotencyKey } = due;
        if (backoff.attempts + 1 >= effectAttemptsMax) {
          return log.error("effect_given_up", { idempotencyKey, attempts: effectAttemptsMax, error });
        }
        log.warn("effect_failed", { idempotencyKey, attempt: backoff.attempts + 1, error });
        await clock.sleep(backoff.nextMs(), this.#stopping.signal);
      }
    }
  }
}
