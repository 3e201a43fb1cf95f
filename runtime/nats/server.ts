import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import { systemClock } from "../ports/clock.ts";
import { freePorts } from "../ports/free-ports.ts";

// A nats-server of our own, for `weir up`, tests, the bench and chaos. Listens on loopback only.

export interface NatsServerOptions {
  /** Holds the configuration, the pid file and JetStream's store. */
  readonly dataDir: string;
  /** Free port when absent; kept over restarts of this handle. */
  readonly port?: number;
  /** Flush each write before it is acknowledged. Default: true where the server can (2.10 and newer). */
  readonly syncAlways?: boolean;
  /** Default: the one `findNatsServer` finds. */
  readonly binary?: string;
  readonly readyTimeoutMs?: number;
  /** Most bytes JetStream may store; default 64 GiB. */
  readonly storeBytesMax?: number;
  /** In a process group of its own, so that Ctrl-C in the terminal does not reach it before its users. */
  readonly detached?: boolean;
  /** A member of a cluster is ready when the cluster has a leader, so members are started together. */
  readonly cluster?: ClusterMember;
  /** What it gets when we end without having stopped it. KILL also ends one that is suspended. Default: TERM. */
  readonly signalAtOurEnd?: "TERM" | "KILL";
}

export interface ClusterMember {
  readonly cluster: string;
  /** Unique in the cluster, and the same after a restart: replicas are placed by it. */
  readonly serverName: string;
  /** `host:port` of the others' cluster listeners, or of what stands before them. */
  readonly routes: readonly string[];
  /** Where others that only heard of this member would call it. */
  readonly advertise: string;
  /** At each start, with the port of its own cluster listener. */
  readonly listening: (clusterPort: number) => void;
}

export interface NatsServer {
  readonly url: string;
  readonly port: number;
  readonly monitoringUrl: string;
  readonly pid: number;
  readonly version: string;
  /** Resolves when the present process ends, whatever the reason. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Interrupts it and waits; kills it when it does not go. Idempotent. */
  stop(): Promise<void>;
  kill9(): Promise<void>;
  /** Starts it again on the same port and data, after `stop`, `kill9` or a crash. */
  restart(): Promise<void>;
}

const run = promisify(execFile);
/** A node without replicas loads gigabytes in seconds; a minute means that it will not come. */
const readyTimeoutMsDefault = 60_000;
const stopMsMax = 10_000;

/** WEIR_NATS_SERVER, else `.tools/nats/` of the working tree, else PATH. Undefined when there is none. */
export function findNatsServer(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const named = environment["WEIR_NATS_SERVER"];
  const ours = resolve(import.meta.dirname, "../../.tools/nats/nats-server");
  const onPath = (environment["PATH"] ?? "").split(delimiter).map((folder) => join(folder, "nats-server"));
  return [...(named === undefined ? [] : [named]), ours, ...onPath].find(isExecutable);
}

export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const binary = options.binary ?? findNatsServer();
  if (binary === undefined) throw new Error("nats-server was not found: install it or set WEIR_NATS_SERVER");
  const version = await versionOf(binary);
  await mkdir(options.dataDir, { recursive: true });

  const readyTimeoutMs = options.readyTimeoutMs ?? readyTimeoutMsDefault;
  const configured = (port: number): Promise<string> => writeConfiguration(options, version, port);
  let running = await launch(
    binary,
    await configured(options.port ?? (await freePorts())),
    options,
    readyTimeoutMs,
  );
  const { port } = running;

  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    version,
    get monitoringUrl() {
      return `http://127.0.0.1:${running.monitoringPort}`;
    },
    get pid() {
      return running.pid;
    },
    get exited() {
      return running.exited;
    },
    stop: () => end(running, "SIGINT"), // SIGTERM makes older servers exit with 1
    kill9: () => end(running, "SIGKILL"),
    restart: async () => {
      await end(running, "SIGINT");
      running = await launch(binary, await configured(port), options, readyTimeoutMs);
    },
  };
}

interface Running {
  readonly pid: number;
  readonly port: number;
  readonly monitoringPort: number;
  readonly exited: NatsServer["exited"];
}

async function writeConfiguration(
  options: NatsServerOptions,
  version: string,
  port: number,
): Promise<string> {
  const { dataDir } = options;
  const quoted = JSON.stringify; // its escapes are those of the configuration language
  const canSync = atLeast(version, 2, 10);
  // One option a line: side by side they stop the server.
  const lines = [
    'host: "127.0.0.1"',
    `port: ${port}`,
    'http: "127.0.0.1:-1"',
    `server_name: ${quoted(options.cluster?.serverName ?? "weir")}`,
    `ports_file_dir: ${quoted(dataDir)}`,
    `pid_file: ${quoted(join(dataDir, "nats.pid"))}`,
    "max_payload: 8MB",
    "jetstream {",
    `  store_dir: ${quoted(join(dataDir, "jetstream"))}`,
    "  max_mem: 256MB",
    `  max_file: ${options.storeBytesMax ?? 64 * 1024 ** 3}`,
    ...(canSync && options.syncAlways !== false ? ["  sync_interval: always"] : []),
    "}",
    ...clusterLines(options.cluster),
  ];
  const file = join(dataDir, "nats.conf");
  await writeFile(file, `${lines.join("\n")}\n`);
  return file;
}

/** Clients are not told of other members: they know the addresses that they may use. */
function clusterLines(member: ClusterMember | undefined): string[] {
  if (member === undefined) return [];
  const quoted = JSON.stringify;
  return [
    "cluster {",
    `  name: ${quoted(member.cluster)}`,
    '  listen: "127.0.0.1:-1"',
    `  advertise: ${quoted(member.advertise)}`,
    "  no_advertise: true",
    `  routes: ${quoted(member.routes.map((route) => `nats-route://${route}`))}`,
    "}",
  ];
}

async function launch(
  binary: string,
  configuration: string,
  options: NatsServerOptions,
  readyTimeoutMs: number,
): Promise<Running> {
  const { dataDir } = options;
  const child = spawnTied(binary, ["-c", configuration, "-l", join(dataDir, "nats.log")], options);
  const exited = new Promise<Awaited<NatsServer["exited"]>>((done) => {
    child.once("exit", (code, signal) => done({ code, signal }));
    child.once("error", () => done({ code: -1, signal: null }));
  });
  let gone = false;
  void exited.then(() => (gone = true));
  const deadline = systemClock.monotonicMs() + readyTimeoutMs;
  let announced = false;
  while (!gone && child.pid !== undefined && systemClock.monotonicMs() < deadline) {
    const ports = await readPorts(join(dataDir, `${basename(binary)}_${child.pid}.ports`));
    if (ports?.clusterPort !== undefined && !announced) {
      announced = true; // before it is ready, which it cannot be without the others
      options.cluster?.listening(ports.clusterPort);
    }
    if (ports !== undefined && (await isHealthy(ports.monitoringPort))) {
      await rm(join(dataDir, `${basename(binary)}_${child.pid}.ports`), { force: true }); // a killed server leaves it
      return { pid: child.pid, exited, ...ports };
    }
    await systemClock.sleep(options.cluster === undefined ? 10 : 100); // an election takes its time
  }
  child.kill("SIGKILL");
  throw new Error(`nats-server did not become ready; its log is ${join(dataDir, "nats.log")}`);
}

/** Dies with us even when we are killed: a server without its owner would keep the store locked. */
function spawnTied(
  binary: string,
  commandLine: readonly string[],
  { detached = false, signalAtOurEnd = "TERM" }: NatsServerOptions,
): ChildProcess {
  const setpriv = process.platform === "linux" ? "/usr/bin/setpriv" : "";
  return setpriv !== "" && isExecutable(setpriv)
    ? spawn(setpriv, ["--pdeathsig", signalAtOurEnd, binary, ...commandLine], { stdio: "ignore", detached })
    : spawn(binary, commandLine, { stdio: "ignore", detached });
}

interface Ports {
  readonly port: number;
  readonly monitoringPort: number;
  readonly clusterPort?: number;
}

async function readPorts(file: string): Promise<Ports | undefined> {
  try {
    const text = await readFile(file, "utf8");
    const { nats, monitoring, cluster } = JSON.parse(text) as Readonly<Record<string, string[]>>;
    const portOf = (urls: string[] | undefined): number => Number(new URL(urls?.[0] ?? "").port);
    const ports = { port: portOf(nats), monitoringPort: portOf(monitoring) };
    return cluster === undefined ? ports : { ...ports, clusterPort: portOf(cluster) };
  } catch {
    return undefined; // not written yet, or half written
  }
}

const isHealthy = async (monitoringPort: number): Promise<boolean> => {
  try {
    return (await fetch(`http://127.0.0.1:${monitoringPort}/healthz`, { signal: AbortSignal.timeout(1_000) }))
      .ok;
  } catch {
    return false;
  }
};

async function end(running: Running, signal: NodeJS.Signals): Promise<void> {
  const kill = (name: NodeJS.Signals): void => {
    try {
      process.kill(running.pid, name);
    } catch {
      // It is gone already, which is what we want.
    }
  };
  const stopped = new AbortController();
  void running.exited.then(() => stopped.abort());
  await systemClock.sleep(0);
  if (!stopped.signal.aborted) {
    kill(signal);
    await systemClock.sleep(stopMsMax, stopped.signal);
    if (!stopped.signal.aborted) kill("SIGKILL");
    await running.exited;
  }
}

async function versionOf(binary: string): Promise<string> {
  const { stdout } = await run(binary, ["--version"]);
  return /v?(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? "0.0.0";
}

/** Compares the first two parts of a version: all that features of nats-server depend on. */
export function atLeast(version: string, major: number, minor: number): boolean {
  const [first = 0, second = 0] = version.split(".").map(Number);
  return first > major || (first === major && second >= minor);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
