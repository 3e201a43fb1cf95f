import type { Random } from "./ports.ts";

/** First ceiling; doubled with each failure. */
const ceilingMsMin = 250;
/** A service that was away for long is back within half a minute for everybody. */
const ceilingMsMax = 30_000;

/**
 * Waits between tries: full jitter under a doubling ceiling, so that a thousand clients of one restarted gateway do
 * not come back in step. The lower half is cut off because an immediate retry only feeds a storm.
 */
export class Backoff {
  readonly #random: Random;
  #failures = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  get failures(): number {
    return this.#failures;
  }

  nextMs(atLeastMs = 0): number {
    const ceilingMs = Math.min(ceilingMsMax, ceilingMsMin * 2 ** Math.min(this.#failures, 16));
    this.#failures++;
    const waitMs = ceilingMs * (0.5 + 0.5 * this.#random.fraction());
    // What the server asks for is a floor, with jitter on top: all clients were told the same second.
    return atLeastMs > 0 ? Math.max(waitMs, atLeastMs * (1 + 0.25 * this.#random.fraction())) : waitMs;
  }

  reset(): void {
    this.#failures = 0;
  }
}
