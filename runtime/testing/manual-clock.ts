import { setImmediate as nextTurn } from "node:timers/promises";
import type { EpochMs } from "../../protocols/time.ts";
import type { Clock } from "../ports/clock.ts";

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** A clock that a test moves: sleepers wake in their order, each with its consequences before the next. */
export class ManualClock implements Clock {
  #monotonicMs = 0;
  #offsetMs: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(startMs = 1_700_000_000_000) {
    this.#offsetMs = startMs;
  }

  now(): EpochMs {
    return (this.#offsetMs + this.#monotonicMs) as EpochMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const wake = (): void => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper = { atMs: this.#monotonicMs + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", wake);
    });
  }

  turn(): Promise<void> {
    return nextTurn();
  }

  /** The machine's clock moves, time does not pass. */
  jump(ms: number): void {
    this.#offsetMs += ms;
  }

  async pass(ms: number): Promise<void> {
    const endMs = this.#monotonicMs + ms;
    await quiet();
    for (let next = this.#next(); next !== undefined && next.atMs <= endMs; next = this.#next()) {
      this.#monotonicMs = Math.max(this.#monotonicMs, next.atMs);
      next.wake();
      await quiet();
    }
    this.#monotonicMs = endMs;
  }

  #next(): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of this.#sleepers)
      if (first === undefined || sleeper.atMs < first.atMs) first = sleeper;
    return first;
  }
}

/** Lets everything happen that needs no time. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await nextTurn();
}
