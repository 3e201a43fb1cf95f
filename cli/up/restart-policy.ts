import type { Fraction } from "../clock.ts";

// When a part that died is started again. It never gives up: a machine that recovers at night should find Weir running.

/** The first restart is nearly immediate: after a single kill the others should hardly notice. */
const delayMsMin = 100;
/** Fewer than ten failures a minute are waited for at most this long … */
const delayMsMax = 5_000;
/** … and a part that fails again and again only twice a minute, so that its log stays readable. */
const slowDelayMs = 30_000;
const windowMs = 60_000;
export const failuresPerWindowMax = 10;

export interface Restart {
  readonly delayMs: number;
  /** Failures within the last minute, this one included. */
  readonly failures: number;
  /** Too many: a person should look. */
  readonly loud: boolean;
}

export class RestartPolicy {
  readonly #fraction: Fraction;
  #failedAt: number[] = [];
  #loudUntil = 0;

  constructor(fraction: Fraction) {
    this.#fraction = fraction;
  }

  failed(now: number): Restart {
    this.#failedAt = [...this.#failedAt.filter((at) => at > now - windowMs), now];
    const failures = this.#failedAt.length;
    // Slow restarts leave fewer than ten failures in a window, which must not look like health: it takes a whole
    // window without a failure to be quick again.
    const loud = failures >= failuresPerWindowMax || now < this.#loudUntil;
    if (loud) this.#loudUntil = now + slowDelayMs + windowMs;
    const ceilingMs = loud ? slowDelayMs : Math.min(delayMsMax, delayMsMin * 2 ** (failures - 1));
    // Jitter over the upper half: parts that died together must not all load their state in the same second.
    return { delayMs: Math.round(ceilingMs * (0.5 + 0.5 * this.#fraction())), failures, loud };
  }
}
