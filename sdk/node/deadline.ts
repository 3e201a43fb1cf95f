import type { Clock } from "./ports.ts";

export interface Deadline {
  readonly signal: AbortSignal;
  /** Starts the time anew. */
  extend(): void;
  /** Whoever made it ends it, or its timer keeps the process alive. */
  end(): void;
}

/** A signal that aborts with `parent`, or when `afterMs` have passed without `extend`. */
export function deadline(clock: Clock, afterMs: number, parent: AbortSignal): Deadline {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new Error("deadline exceeded"));
  let cancel = clock.timer(afterMs, abort);
  const follow = (): void => controller.abort(parent.reason);
  if (parent.aborted) follow();
  parent.addEventListener("abort", follow, { once: true });
  return {
    signal: controller.signal,
    extend() {
      cancel();
      cancel = clock.timer(afterMs, abort);
    },
    end() {
      cancel();
      parent.removeEventListener("abort", follow);
    },
  };
}
