/** Time as a parameter: the only file of the console that asks the machine for it. */
export interface Clock {
  now(): number;
  after(delayMs: number, act: () => void): void;
  /** Returns how to stop. */
  every(periodMs: number, act: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, act) => void setTimeout(act, delayMs),
  every: (periodMs, act) => {
    const timer = setInterval(act, periodMs);
    return () => clearInterval(timer);
  },
};
