import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { durationText, systemClock, systemFraction } from "../clock.ts";
import type { CliConfig } from "../config.ts";
import { CliFailure, exitCodes } from "../failure.ts";
import { dataPaths } from "../paths.ts";
import { removeRunFile, writeRunFile } from "../run-file.ts";
import { checkDataDir, checkPort, findNatsBinary } from "./checks.ts";
import { type Lock, takeLock } from "./lock.ts";
import { keepLogsBounded, rotateLogs } from "./logs.ts";
import { lineOf } from "./narrate.ts";
import { natsPart } from "./nats-part.ts";
import type { PartNews, PartSpec } from "./part.ts";
import { demoPart, serverParts } from "./parts.ts";
import { missingText, waitReady } from "./readiness.ts";
import { ensureSecrets, type RootToken } from "./secrets.ts";
import { listenForShutdown } from "./shutdown.ts";
import { Supervisor } from "./supervisor.ts";

export interface UpOptions {
  readonly demo: boolean;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Of the actors; one above it is analytics'. */
  readonly metricsPort?: number;
  readonly dataDir: string;
  readonly logLevel: string;
}

/** Parts of a killed predecessor notice its end by their channel and finish within their own five seconds. */
const leftoverMsMax = 10_000;
/** All parts said that they are ready; that they can also reach each other is a matter of seconds. */
const readyTimeoutMs = 120_000;

type Say = (line: string) => void;

/** Runs a whole Weir on this machine until it is asked to stop. */
export async function up(options: UpOptions, config: CliConfig, say: Say): Promise<void> {
  const dataDir = resolve(options.dataDir);
  checkDataDir(dataDir);
  const lock = takeLock(dataDir);
  try {
    await run({ ...options, dataDir }, config, say, lock);
  } finally {
    lock.release();
  }
}

async function run(options: UpOptions, config: CliConfig, say: Say, lock: Lock): Promise<void> {
  const { dataDir, host } = options;
  const beganAt = systemClock.now();
  const port = await freePort(host, options.port, lock);
  const binary = config.natsUrl === undefined ? findNatsBinary(config) : undefined;
  const natsPort = binary === undefined ? 0 : await checkPort("127.0.0.1", 0);
  const natsUrl = config.natsUrl ?? `nats://127.0.0.1:${natsPort}`;
  const rootToken = ensureSecrets(dataDir);
  rotateLogs(dataDir);
  const url = urlOf(host, port);

  let stopped = false;
  const tell = (news: PartNews): void => {
    if (!stopped) writeRunFile(dataDir, { pid: process.pid, url, natsUrl, pids: supervisor.pids() });
    const line = lineOf(news, dataDir);
    if (line !== undefined && !stopped) say(line);
  };
  const supervisor = new Supervisor({ clock: systemClock, fraction: systemFraction, tell });
  const shutdown = listenForShutdown(systemClock, () => killEverything(supervisor, dataDir, lock, say));
  const { signal } = shutdown;
  signal.addEventListener("abort", () => {
    stopped = true;
    say("Stopping …");
    void supervisor.stop(); // awaited below; here so that a start that still waits ends
  });
  try {
    say(`Starting Weir on ${dataDir}`);
    const logs = keepLogsBounded(dataDir, systemClock, signal);
    if (binary !== undefined)
      await supervisor.start(natsPart({ dataDir: dataPaths(dataDir).nats, port: natsPort, binary }));
    await supervisor.start(...serverParts({ ...options, port, natsUrl, rootToken }, config));
    if (!signal.aborted)
      await announce({ url, metricsPort: options.metricsPort, dataDir, rootToken, beganAt, say, signal });
    if (options.demo && !signal.aborted)
      await startDemo(supervisor, demoSpec(dataDir, url, config), dataDir, say);
    await logs; // ends with the signal
    await supervisor.stop();
    say("Stopped.");
  } finally {
    stopped = true;
    await supervisor.stop();
    removeRunFile(dataDir);
    shutdown.dispose();
  }
}

async function freePort(host: string, port: number, lock: Lock): Promise<number> {
  const deadline = systemClock.now() + (lock.wasStale ? leftoverMsMax : 0);
  for (;;) {
    try {
      return await checkPort(host, port);
    } catch (error) {
      const mayPass =
        error instanceof CliFailure && error.code === "port_taken" && systemClock.now() < deadline;
      if (!mayPass) throw error;
      await systemClock.sleep(200);
    }
  }
}

/** Listening everywhere is not an address one can open. */
function urlOf(host: string, port: number): string {
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

interface Announcement {
  readonly url: string;
  readonly metricsPort: number | undefined;
  readonly dataDir: string;
  readonly rootToken: RootToken;
  readonly beganAt: number;
  readonly say: Say;
  readonly signal: AbortSignal;
}

async function announce({
  url,
  metricsPort,
  dataDir,
  rootToken,
  beganAt,
  say,
  signal,
}: Announcement): Promise<void> {
  const state = await waitReady(url, { clock: systemClock, timeoutMs: readyTimeoutMs, signal });
  if (signal.aborted) return;
  if (state?.ready === true) say(`Weir is ready after ${durationText(systemClock.now() - beganAt)}`);
  else say(`Weir runs, but is not ready yet: ${missingText(state)}. 'weir status' tells when it is.`);
  say(`  console    ${url}`);
  say(`  sign in    with the root token in ${rootToken.file}${rootToken.isNew ? " (made just now)" : ""}`);
  say(`  logs       ${dataPaths(dataDir).logs}`);
  if (metricsPort !== undefined)
    say(`  metrics    ${url}/metrics, and http://127.0.0.1:${metricsPort}/metrics and :${metricsPort + 1}`);
  say("  Ctrl-C stops it; the data stays.");
  process.send?.({ type: "ready", url });
}

const demoSpec = (dataDir: string, url: string, config: CliConfig): PartSpec =>
  demoPart(dataDir, url, readFileSync(dataPaths(dataDir).rootToken, "utf8").trim(), config);

async function startDemo(supervisor: Supervisor, spec: PartSpec, dataDir: string, say: Say): Promise<void> {
  await supervisor.start(spec);
  say(
    `  Simulated users visit the environment 'demo'; the effect they truly have is in ${join(dataPaths(dataDir).logs, "demo.log")}`,
  );
}

function killEverything(supervisor: Supervisor, dataDir: string, lock: Lock, say: Say): void {
  say("Killed.");
  supervisor.kill();
  removeRunFile(dataDir);
  lock.release();
  process.exit(exitCodes.interrupted);
}
