// Time and chance as the client sees them, so that a test can decide both.

export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Calls `action` once after `delayMs`; the answer cancels it. */
  timer(delayMs: number, action: () => void): () => void;
}

export interface Random {
  /** Uniform in [0, 1). */
  fraction(): number;
  /** So many random bytes, written as hex. */
  hex(bytes: number): string;
}

/** Resolves after `delayMs`, or at once when `signal` aborts. Never rejects: an interrupted wait is no error. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      cancel();
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const cancel = clock.timer(delayMs, finish);
    signal?.addEventListener("abort", finish, { once: true });
  });
}
