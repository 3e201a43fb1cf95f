import type { Clock } from "../ports/clock.ts";

/** Compares the machine's clock with the monotonic one. */
export class WallClock {
  readonly #clock: Clock;
  #offsetMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offsetMs = clock.now() - clock.monotonicMs();
  }

  /** How far the machine's clock moved by itself since the last call; negative is back. */
  jumpedMs(): number {
    const offsetMs = this.#clock.now() - this.#clock.monotonicMs();
    const jumpedMs = offsetMs - this.#offsetMs;
    this.#offsetMs = offsetMs;
    return jumpedMs;
  }
}
