import process from "node:process";

/**
 * Resolves when the process should end: SIGTERM, SIGINT, or its parent's end, which closes the channel between them.
 * A supervisor that was killed takes its children along this way.
 */
export function stopRequested(): Promise<string> {
  return new Promise((resolve) => {
    process.once("SIGTERM", () => resolve("SIGTERM"));
    process.once("SIGINT", () => resolve("SIGINT"));
    if (process.channel !== undefined) process.once("disconnect", () => resolve("disconnect"));
  });
}
