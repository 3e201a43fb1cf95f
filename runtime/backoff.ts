import type { Random } from "./ports/random.ts";

/** Waiting times between attempts: exponential with full jitter, because hosts must not come back in step. */
export class Backoff {
  readonly #random: Random;
  readonly #baseMs: number;
  readonly #maxMs: number;
  #attempt = 0;

  constructor(random: Random, options: { readonly baseMs?: number; readonly maxMs?: number } = {}) {
    this.#random = random;
    this.#baseMs = options.baseMs ?? 100;
    this.#maxMs = options.maxMs ?? 30_000;
  }

  /** Attempts since the start or the last reset. */
  get attempts(): number {
    return this.#attempt;
  }

  nextMs(): number {
    const ceilingMs = Math.min(this.#maxMs, this.#baseMs * 2 ** Math.min(this.#attempt, 30));
    this.#attempt++;
    return this.#random.fraction() * ceilingMs;
  }

  /** After a success: the next failure starts small again. */
  reset(): void {
    this.#attempt = 0;
  }
}
