import { join } from "node:path";
import process from "node:process";
import { startNatsServer } from "../nats/server.ts";
import type { NatsServer } from "../nats/server.ts";
import type { Clock } from "../ports/clock.ts";
import { openLink } from "./link.ts";
import type { Condition, Link } from "./link.ts";

// Three nats-servers as one JetStream cluster on loopback, with links of ours between each two of them and a line of
// three links for each user. No server tells anybody another's address, so nothing passes beside the links.

export const serverCount = 3;
const serverIndexes = Array.from({ length: serverCount }, (_, index) => index);
/** Where a server that only heard of another would call it: nobody listens there. */
const nowhere = "127.0.0.1:1";
/** Three servers that share two busy processors elect their leaders within seconds; a minute means that they will not. */
const readyTimeoutMs = 60_000;

/** A user's links, one to each server. */
export interface Line {
  /** All its servers, as a connection takes them. */
  readonly url: string;
  /** To some of the servers; to all of them when not said. */
  become(condition: Condition, servers?: readonly number[]): void;
}

export interface Cluster {
  readonly version: string;
  line(): Promise<Line>;
  /** Between one server and the two others. */
  routes(server: number, condition: Condition): void;
  kill9(server: number): Promise<void>;
  /** After `kill9`: the same store, the same name. */
  start(server: number): Promise<void>;
  suspend(server: number): void;
  resume(server: number): void;
  /** Every process ended, every link closed. Idempotent. */
  close(): Promise<void>;
}

/** Each server calls each other one; of two connections between them the servers keep one. */
interface Route {
  readonly from: number;
  readonly to: number;
  readonly link: Link;
}

export async function startCluster(
  options: { readonly dataDir: string; readonly syncAlways: boolean; readonly binary?: string },
  clock: Clock,
): Promise<Cluster> {
  const links: Link[] = [];
  const opened = async (): Promise<Link> => {
    const link = await openLink(clock);
    links.push(link);
    return link;
  };
  const routes: Route[] = [];
  for (const from of serverIndexes) {
    for (const to of serverIndexes) if (to !== from) routes.push({ from, to, link: await opened() });
  }

  const start = (server: number): Promise<NatsServer> =>
    startNatsServer({
      dataDir: join(options.dataDir, `server-${server}`),
      syncAlways: options.syncAlways,
      storeBytesMax: 8 * 1024 ** 3,
      detached: true,
      signalAtOurEnd: "KILL", // one that we suspended hears nothing else
      readyTimeoutMs,
      ...(options.binary === undefined ? {} : { binary: options.binary }),
      cluster: {
        cluster: "chaos",
        serverName: `server-${server}`,
        advertise: nowhere,
        routes: routes.filter(({ from }) => from === server).map(({ link }) => `127.0.0.1:${link.port}`),
        listening: (port) => {
          for (const { to, link } of routes) if (to === server) link.leadTo(port);
        },
      },
    });
  const starting = await Promise.allSettled(serverIndexes.map(start));
  const servers = starting.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.kill9()));
    await Promise.all(links.splice(0).map((link) => link.close()));
  };
  const failed = starting.find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") {
    await close();
    throw failed.reason as Error;
  }

  const serverOf = (index: number): NatsServer => {
    const server = servers[index];
    if (server === undefined) throw new RangeError(`server ${index}`);
    return server;
  };
  const signal = (index: number, name: NodeJS.Signals): void => {
    process.kill(serverOf(index).pid, name);
  };
  return {
    version: serverOf(0).version,
    line: async () => {
      const own = await Promise.all(serverIndexes.map(opened));
      own.forEach((link, index) => link.leadTo(serverOf(index).port));
      return {
        url: own.map(({ port }) => `nats://127.0.0.1:${port}`).join(),
        become: (condition, to = serverIndexes) => to.forEach((index) => own[index]?.become(condition)),
      };
    },
    routes: (server, condition) => {
      for (const { from, to, link } of routes) {
        if (from === server || to === server) link.become(condition);
      }
    },
    kill9: (server) => serverOf(server).kill9(),
    start: (server) => serverOf(server).restart(),
    suspend: (server) => signal(server, "SIGSTOP"),
    resume: (server) => signal(server, "SIGCONT"),
    close,
  };
}
