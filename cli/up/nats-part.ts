import { type NatsServer, startNatsServer } from "../../runtime/index.ts";
import { killGroup } from "./node-part.ts";
import type { PartProcess, PartSpec } from "./part.ts";

export interface NatsPartOptions {
  readonly dataDir: string;
  /** The same for every restart, so that the other parts find it again. */
  readonly port: number;
  readonly binary: string;
}

/** JetStream checks its store when it starts: gigabytes take seconds, a minute means that something is wrong. */
const readyTimeoutMs = 60_000;

export const natsPart = (options: NatsPartOptions): PartSpec => ({
  name: "nats",
  // The starter waits by itself until the server is healthy.
  readyTimeoutMs,
  async start(): Promise<PartProcess> {
    const server: NatsServer = await startNatsServer({ ...options, detached: true, readyTimeoutMs });
    return {
      pid: server.pid,
      ready: Promise.resolve(),
      exited: server.exited,
      end: () => void server.stop(),
      kill: () => killGroup(server.pid),
    };
  },
});
