import { Backoff } from "../backoff.ts";
import type { Clock } from "../ports/clock.ts";
import type { Random } from "../ports/random.ts";
import { restartsInWindowMax, restartWindowMs } from "../limits.ts";

/** One poisonous command may not keep an actor from everybody else for longer. */
const restartMsMax = 2_000;
/** A parked actor rests for this at first, twice as long each time it fails again. */
const restMs = 10_000;
const restMsMax = 10 * 60_000;

export interface Verdict {
  readonly kind: "restart" | "park";
  readonly waitMs: number;
}

/** Decides what follows a failure: a restart after a growing, jittered pause, or, when there are too many, a rest. */
export class Supervision {
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  #failedMs: number[] = [];
  #rests = 0;
  #restarts = 0;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#backoff = new Backoff(random, { maxMs: restartMsMax });
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** A commit was stored: whatever went wrong before is over. */
  succeeded(): void {
    this.#backoff.reset();
    this.#rests = 0;
    if (this.#failedMs.length > 0) this.#failedMs = [];
  }

  /** Nobody's fault: the store is away, another owner may exist. Not counted. */
  interrupted(): Verdict {
    this.#restarts++;
    return { kind: "restart", waitMs: this.#backoff.nextMs() };
  }

  failed(): Verdict {
    const nowMs = this.#clock.monotonicMs();
    this.#failedMs = [...this.#failedMs.filter((ms) => ms > nowMs - restartWindowMs), nowMs];
    return this.#failedMs.length > restartsInWindowMax ? this.hopeless() : this.interrupted();
  }

  /** No restart will cure it, so it rests at once. */
  hopeless(): Verdict {
    this.#failedMs = [];
    const waitMs = Math.min(restMs * 2 ** this.#rests, restMsMax);
    this.#rests++;
    return { kind: "park", waitMs };
  }
}
