import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../ports/clock.ts";
import type { Cluster } from "./cluster.ts";

// The nearest thing to a slow disk that needs no privileges: the file system that the servers write to is kept busy
// with flushes of our own, and one server stutters, which to its peers looks like writes that take that long. The disk
// does not return errors, and no single write is delayed by design.

const blockBytes = 4 * 1024 * 1024;
const stutterOnMs = 60;
const stutterOffMs = 40;

export async function slowDisk(
  { dataDir, cluster }: { readonly dataDir: string; readonly cluster: Cluster },
  server: number,
  tools: { readonly clock: Clock; readonly durationMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const { clock, durationMs, signal } = tools;
  const deadlineMs = clock.monotonicMs() + durationMs;
  const going = (): boolean => !signal.aborted && clock.monotonicMs() < deadlineMs;
  const storm = async (): Promise<void> => {
    const file = await open(join(dataDir, "storm"), "w");
    try {
      const block = new Uint8Array(blockBytes);
      for (let round = 1; going(); round++) {
        await file.write(block.fill(round), 0, blockBytes, 0);
        await file.datasync();
      }
    } finally {
      await file.close();
    }
  };
  const stutter = async (): Promise<void> => {
    try {
      while (going()) {
        cluster.suspend(server);
        await clock.sleep(stutterOnMs, signal);
        cluster.resume(server);
        await clock.sleep(stutterOffMs, signal);
      }
    } finally {
      cluster.resume(server);
    }
  };
  await Promise.all([storm(), stutter()]);
}
