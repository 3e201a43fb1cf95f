import { systemClock } from "./clock.ts";
import { CliFailure, exitCodes } from "./failure.ts";
import { listenForShutdown } from "./up/shutdown.ts";

/** Long work that Ctrl-C ends: in order at the first, at once at the second; either way it was interrupted, not wrong. */
export async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const shutdown = listenForShutdown(systemClock, () => process.exit(exitCodes.interrupted));
  const { signal } = shutdown;
  try {
    await work(signal);
  } catch (error) {
    if (signal.aborted)
      throw new CliFailure("interrupted", "interrupted", { exitCode: exitCodes.interrupted });
    throw error;
  } finally {
    shutdown.dispose();
  }
}
