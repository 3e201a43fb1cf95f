import type { Clock } from "../clock.ts";
import { isOrphan } from "../../runtime/index.ts";

/** npm and a terminal may both deliver one Ctrl-C; two that people type are further apart. */
const sameSignalMs = 500;

export interface Shutdown {
  /** Aborts at the first request to stop. */
  readonly signal: AbortSignal;
  /** Takes the listeners away again. */
  dispose(): void;
}

/**
 * Asks to stop: Ctrl-C, SIGTERM, a closed terminal, or the end of the process that started us through a channel. A
 * second Ctrl-C calls `atOnce`.
 */
export function listenForShutdown(clock: Pick<Clock, "now">, atOnce: () => void): Shutdown {
  const controller = new AbortController();
  let askedAt = 0;
  const ask = (): void => {
    if (controller.signal.aborted && clock.now() - askedAt > sameSignalMs) return atOnce();
    if (controller.signal.aborted) return;
    askedAt = clock.now();
    controller.abort();
  };
  const disconnected = (): void => controller.abort();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of signals) process.on(name, ask);
  process.on("disconnect", disconnected);
  if (isOrphan()) disconnected();
  return {
    signal: controller.signal,
    dispose() {
      for (const name of signals) process.off(name, ask);
      process.off("disconnect", disconnected);
    },
  };
}
