/** Time as the commands see it: the core of supervision and sending is tested with another. */
export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Resolves after `delayMs`, or at once when `signal` aborts. Never rejects. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep(delayMs, signal) {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(handle);
        signal?.removeEventListener("abort", finish);
        resolve();
      };
      const handle = setTimeout(finish, delayMs);
      signal?.addEventListener("abort", finish, { once: true });
    });
  },
};

/** Uniform in [0, 1). */
export type Fraction = () => number;
export const systemFraction: Fraction = () => Math.random();

/** "0.8 s", "12 s", "3 min 5 s". */
export function durationText(milliseconds: number): string {
  const seconds = milliseconds / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
