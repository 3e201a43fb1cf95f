import process from "node:process";

/**
 * Resolves when the process should end: SIGTERM, SIGINT, or its parent's end, which closes the channel between them.
 * A supervisor that was killed takes its children along this way, also those that were still loading.
 */
export function stopRequested(): Promise<string> {
  return new Promise((resolve) => {
    // For good: npm and a terminal may both deliver one Ctrl-C, and the second must not cut short what the first began.
    for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, () => resolve(name));
    if (process.connected) process.once("disconnect", () => resolve("disconnect"));
    else if (isOrphan()) resolve("disconnect");
  });
}

/** Whether there was a channel to a parent, and the parent has gone: of that no event comes any more. */
export const isOrphan = (): boolean => (process.connected as boolean | undefined) === false;
