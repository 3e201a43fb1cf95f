import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../ports/clock.ts";
import { startNatsServer } from "../nats/server.ts";
import type { NatsServer, NatsServerOptions } from "../nats/server.ts";

/** A server with a directory of its own. `dispose` ends it and removes its data. */
export interface TestNats extends NatsServer {
  readonly dispose: () => Promise<void>;
}

/** Unsynced by default: a test never loses power, and the disk is shared. */
export async function startNats(options: Partial<NatsServerOptions> = {}): Promise<TestNats> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "weir-nats-")));
  const remove = (): Promise<void> => rm(dataDir, { recursive: true, force: true });
  const limits = { syncAlways: false, storeBytesMax: 4 * 1024 ** 3 };
  const server = await startNatsServer({ dataDir, ...limits, ...options }).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  const dispose = async (): Promise<void> => {
    await server.stop();
    await remove();
  };
  return Object.defineProperties({ dispose } as TestNats, Object.getOwnPropertyDescriptors(server));
}

/** Waits until a condition holds; fails with its name when it does not in time. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  msMax = 30_000,
): Promise<void> {
  const deadlineMs = systemClock.monotonicMs() + msMax;
  while (!(await condition())) {
    if (systemClock.monotonicMs() > deadlineMs) throw new Error(`not within ${msMax} ms: ${what}`);
    await systemClock.sleep(5);
  }
}
