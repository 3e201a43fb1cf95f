import { copyFileSync, mkdirSync, readdirSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import { dataPaths } from "../paths.ts";

/** Five parts with two files each: 640 MB of logs at most, less than the gigabyte that was asked to be free. */
const logBytesMax = 64 * 1024 ** 2;
const checkIntervalMs = 30_000;

/** Keeps the log files bounded until `signal`: one older file each, the newest lines in the one without a number. */
export async function keepLogsBounded(dataDir: string, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    rotateLogs(dataDir);
    await clock.sleep(checkIntervalMs, signal);
  }
}

export function rotateLogs(dataDir: string, bytesMax = logBytesMax): void {
  const { logs } = dataPaths(dataDir);
  mkdirSync(logs, { recursive: true });
  for (const name of readdirSync(logs)) {
    const path = join(logs, name);
    if (!name.endsWith(".log") || statSync(path).size <= bytesMax) continue;
    // Copied and emptied rather than renamed: the part keeps appending to the file it has open.
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
  }
}
