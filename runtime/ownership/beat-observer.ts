import { beatReadsMin } from "../limits.ts";

interface Observation {
  readonly revision: number;
  readonly firstMs: number;
  readonly reads: number;
}

/**
 * Judges whether another host still beats, by our own monotonic clock only: clocks of machines are never compared. A
 * host is dead when the same revision was read from the leader at least five times, spread over the TTL. A failed read
 * starts the count anew, so an outage of the store ages nobody.
 */
export class BeatObserver {
  readonly #ttlMs: number;
  readonly #observations = new Map<string, Observation>();

  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs;
  }

  observe(host: string, revision: number, nowMs: number): void {
    const before = this.#observations.get(host);
    const same = before !== undefined && before.revision === revision;
    this.#observations.set(
      host,
      same ? { ...before, reads: before.reads + 1 } : { revision, firstMs: nowMs, reads: 1 },
    );
  }

  readFailed(): void {
    this.#observations.clear();
  }

  forget(host: string): void {
    this.#observations.delete(host);
  }

  isDead(host: string, nowMs: number): boolean {
    const seen = this.#observations.get(host);
    return seen !== undefined && seen.reads >= beatReadsMin && nowMs - seen.firstMs >= this.#ttlMs;
  }
}
