import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cliConfig } from "../config.ts";
import { CliFailure } from "../failure.ts";
import { cliMain } from "../paths.ts";
import { readRootToken, type Target } from "../target.ts";

export interface PrivateWeir extends Target {
  readonly dataDir: string;
  /** Stops it and removes its data. Idempotent. */
  stop(): Promise<void>;
}

export interface PrivateWeirOptions {
  readonly demo?: boolean;
  /** Removed at the end unless given. */
  readonly dataDir?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A cold start takes about five seconds; a loaded machine may need a minute. */
const startMsMax = 180_000;
/** The parts' own bounds (10 s each) and a little. */
const stopMsMax = 60_000;
/** Enough of what it said to tell why it did not start. */
const outputCharactersMax = 4_000;

/** Starts a whole Weir on a free port for this process alone. It ends when this process ends, however that happens. */
export async function startPrivateWeir(options: PrivateWeirOptions = {}): Promise<PrivateWeir> {
  options.signal?.throwIfAborted();
  // The system's own directory for temporary files: paths of sockets in it stay below 100 characters.
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "weir-"));
  const args = [
    "up",
    options.demo === true ? "--demo" : "--no-demo",
    "--port",
    "0",
    "--data-dir",
    dataDir,
    "--log-level",
    "warn",
  ];
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", cliMain, ...args], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // Private: neither another's message server nor another's warehouse.
    env: { ...cliConfig().inherited, NATS_URL: undefined, CLICKHOUSE_URL: undefined, ...options.environment },
    detached: true, // Ctrl-C is ours: we finish with it first, then stop it
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-outputCharactersMax);
    });
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= end());
  const end = async (): Promise<void> => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), stopMsMax);
    await exited;
    clearTimeout(timer);
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  const url = await new Promise<string | undefined>((resolve) => {
    child.on("message", (message) => {
      if (typeof message === "object" && message !== null && "url" in message) resolve(String(message.url));
    });
    void exited.then(() => resolve(undefined));
    const timer = setTimeout(() => resolve(undefined), startMsMax);
    timer.unref();
    options.signal?.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  const token = readRootToken(dataDir);
  if (url !== undefined && token !== undefined) return { url, token, dataDir, stop };
  await stop();
  options.signal?.throwIfAborted();
  throw new CliFailure(
    "start_failed",
    `a private Weir could not be started: ${output.trim() || "it said nothing"}`,
  );
}
