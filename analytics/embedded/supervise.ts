import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { Backoff } from "../../runtime/index.ts";
import type { Clock, Log, LogLevel, Random } from "../../runtime/index.ts";
import { SetAside } from "./set-aside.ts";

// Keeps one embedded warehouse running: starts it, and starts it again when it dies, with an empty directory when its
// own is corrupt.

export interface EmbeddedOptions {
  readonly directory: string;
  readonly socketPath: string;
  readonly memoryBytesMax?: number;
  readonly logLevel?: LogLevel;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  /** A process answers again after one that did: it may not have found all that was there. */
  readonly restarted?: () => void;
}

export interface EmbeddedWarehouse {
  readonly socketPath: string;
  /** Of the present process; absent between two. */
  readonly pid: number | undefined;
  /** Resolves when a process answers. A warehouse in use elsewhere is waited for, and the log says so. */
  readonly ready: Promise<void>;
  /** Resolves when an empty directory took the place of one that answered before: what was in it is not here. */
  readonly replaced: Promise<void>;
  /** Idempotent; bounded by the child's own bound and a little. */
  close(): Promise<void>;
}

const mainPath = fileURLToPath(new URL("main.ts", import.meta.url));
/** The child takes 10 s at most to finish what runs. */
const stopMsMax = 12_000;
/** A process that lived this long was well; the next death waits short again. */
const healthyMs = 30_000;
const restartMsMax = 10_000;

export function superviseEmbedded(options: EmbeddedOptions): EmbeddedWarehouse {
  const { log, clock, random } = options;
  const backoff = new Backoff(random, { maxMs: restartMsMax });
  const closing = new AbortController();
  const { promise: ready, resolve: markReady } = Promise.withResolvers<void>();
  const { promise: replaced, resolve: markReplaced } = Promise.withResolvers<void>();
  let child: ChildProcess | undefined;
  let wasReady = false;
  const setAside = new SetAside(options.directory, log, clock);

  mkdirSync(dirname(options.socketPath), { recursive: true });

  async function keepRunning(): Promise<void> {
    while (!closing.signal.aborted) {
      const startedMs = clock.monotonicMs();
      let isReady = false;
      child = start(options);
      child.on("message", (message: { type?: string }) => {
        if (message.type !== "ready") return;
        isReady = true;
        if (setAside.onReady() === "replaced" && wasReady) markReplaced();
        else if (wasReady) options.restarted?.();
        wasReady = true;
        markReady();
      });
      const [code, signal] = await exitOf(child);
      child = undefined;
      if (closing.signal.aborted) return;
      const outcome = setAside.onExit({ code, signal, wasReady: isReady });
      if (outcome === "replaced" || clock.monotonicMs() - startedMs > healthyMs) backoff.reset();
      const restartInMs = backoff.nextMs();
      log.error("warehouse.exited", { code, signal, restartInMs });
      await clock.sleep(restartInMs, closing.signal);
    }
  }

  const ended = keepRunning();
  return {
    socketPath: options.socketPath,
    get pid() {
      return child?.pid;
    },
    ready,
    replaced,
    async close() {
      closing.abort();
      const stopping = child;
      stopping?.kill("SIGTERM");
      const gone = new AbortController();
      void clock.sleep(stopMsMax, gone.signal).then(() => {
        if (!gone.signal.aborted) stopping?.kill("SIGKILL"); // safe: what was acknowledged is on disk
      });
      await ended;
      gone.abort();
    },
  };
}

function start({ directory, socketPath, memoryBytesMax, logLevel = "info" }: EmbeddedOptions): ChildProcess {
  return fork(mainPath, {
    env: {
      ...process.env,
      WEIR_WAREHOUSE_DIR: directory,
      WEIR_WAREHOUSE_SOCKET: socketPath,
      ...(memoryBytesMax === undefined ? {} : { WEIR_WAREHOUSE_MEMORY_BYTES: String(memoryBytesMax) }),
      UV_THREADPOOL_SIZE: "16", // read once, at the process's start
      LOG_LEVEL: logLevel,
    },
    detached: true, // an interrupt from the terminal is for the parent, which finishes its work before it stops us
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}

async function exitOf(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  return (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
}
