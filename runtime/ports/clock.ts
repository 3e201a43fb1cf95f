import { setImmediate as nextTurn } from "node:timers/promises";
import type { EpochMs } from "../../protocols/time.ts";

/** The only door to time. Instants are for people, the monotonic clock for deadlines and leases. */
export interface Clock {
  now(): EpochMs;
  monotonicMs(): number;
  /** Resolves after `ms`, or early when the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Lets timers and sockets have their turn. */
  turn(): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now() as EpochMs, // an integer by construction; parsing it for each event would be waste
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener("abort", done);
    }),
  turn: () => nextTurn(),
};
