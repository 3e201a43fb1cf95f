import process from "node:process";

/**
 * Resolves when the process should end: SIGTERM, SIGINT, or its parent's end, which closes the channel between them.
 * A supervisor that was killed takes its children along this way, also those that were still loading.
 */
export function stopRequested(): Promise<string> {
  return new Promise((resolve) => {
    process.once("SIGTERM", () => resolve("SIGTERM"));
    process.once("SIGINT", () => resolve("SIGINT"));
    if (process.connected) process.once("disconnect", () => resolve("disconnect"));
    else if (isOrphan()) resolve("disconnect");
  });
}

/** Whether there was a channel to a parent, and the parent has gone: of that no event comes any more. */
export const isOrphan = (): boolean => (process.connected as boolean | undefined) === false;
