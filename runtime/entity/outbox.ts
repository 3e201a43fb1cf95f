import { Backoff } from "../backoff.ts";
import { effectAttemptsMax } from "../limits.ts";
import type { Clock } from "../ports/clock.ts";
import type { Random } from "../ports/random.ts";
import type { NumberedEffect } from "./envelope.ts";
import { Undeliverable } from "./perform.ts";

export interface OutboxPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** One attempt. A throw is tried again, an `Undeliverable` at once given up. */
  readonly perform: (due: NumberedEffect) => Promise<void>;
  readonly failed: (due: NumberedEffect, error: unknown, attempt: number) => void;
  readonly givenUp: (due: NumberedEffect, error: unknown) => Promise<void>;
  /** The last one that was due is done. */
  readonly drained: () => void;
}

/**
 * Performs an actor's effects one after the other, in the order of their commits: what overtakes can undo. `done` is
 * the number of the last one performed or given up; the journal learns it later, so after a crash some are performed
 * again, under the same key.
 */
export class Outbox {
  readonly #ports: OutboxPorts;
  readonly #stopping = new AbortController();
  #waiting: NumberedEffect[];
  #done: number;
  #running: Promise<void> = Promise.resolve();
  #active = false;

  constructor(ports: OutboxPorts, { done, pending }: { done: number; pending: readonly NumberedEffect[] }) {
    this.#ports = ports;
    this.#done = done;
    this.#waiting = [...pending];
  }

  get done(): number {
    return this.#done;
  }

  /** Those not done, the one under way included. */
  get pending(): readonly NumberedEffect[] {
    return this.#waiting;
  }

  start(): void {
    if (this.#active || this.#waiting.length === 0 || this.#stopping.signal.aborted) return;
    this.#active = true;
    this.#running = this.#run();
  }

  add(due: readonly NumberedEffect[]): void {
    this.#waiting.push(...due);
    this.start();
  }

  /** Lets what is due finish within the time; the rest is the next owner's. */
  async stop(msMax: number): Promise<void> {
    const finished = new AbortController();
    void this.#running.then(() => finished.abort());
    await Promise.resolve();
    if (this.#active) await this.#ports.clock.sleep(msMax, finished.signal);
    this.#stopping.abort();
  }

  async #run(): Promise<void> {
    for (;;) {
      const [due] = this.#waiting;
      if (due === undefined || this.#stopping.signal.aborted) break;
      await this.#settle(due);
      if (this.#stopping.signal.aborted) break; // whether it was done is the next owner's to find out
      this.#waiting.shift();
      this.#done = due.number;
    }
    this.#active = false;
    if (!this.#stopping.signal.aborted) this.#ports.drained();
  }

  async #settle(due: NumberedEffect): Promise<void> {
    const { clock, random, perform, failed, givenUp } = this.#ports;
    const backoff = new Backoff(random);
    while (!this.#stopping.signal.aborted) {
      try {
        return await perform(due);
      } catch (error) {
        failed(due, error, backoff.attempts + 1);
        const last = error instanceof Undeliverable || backoff.attempts + 1 >= effectAttemptsMax;
        if (last) return givenUp(due, error);
        await clock.sleep(backoff.nextMs(), this.#stopping.signal);
      }
    }
  }
}
