import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startNatsServer } from "../../runtime/index.ts";
import type { NatsServer } from "../../runtime/index.ts";
import type { Order, Outcome, Tasks } from "./tasks.ts";

/** A process of the bench: takes one order at a time; what an order has opened stays open until the process ends. */
export interface Worker {
  readonly pid: number;
  order<Name extends keyof Tasks>(
    name: Name,
    input: Parameters<Tasks[Name]>[0],
  ): Promise<Awaited<ReturnType<Tasks[Name]>>>;
  kill(): Promise<void>;
}

/** Everything that a run has started, so that it can be ended: workers, servers and their directories. */
export class Crew {
  readonly #workers = new Set<ChildProcess>();
  readonly #starts: Promise<NatsServer>[] = [];
  readonly #dataDirs: string[] = [];
  #dismissed: Promise<void> | undefined;

  /** Workers of their own keep one measurement's garbage and optimised code out of the next. */
  hire(execArgv: readonly string[] = []): Worker {
    const child = fork(join(import.meta.dirname, "worker.ts"), {
      execArgv: ["--disable-warning=ExperimentalWarning", ...execArgv],
    });
    this.#workers.add(child);
    const exited = once(child, "exit").then(() => this.#workers.delete(child));
    return {
      pid: child.pid ?? 0,
      order: async (name, input) => {
        child.send({ name, input } satisfies Order);
        const gone = exited.then((): never => {
          throw new Error(`the worker of ${name} ended`);
        });
        const [outcome] = (await Promise.race([once(child, "message"), gone])) as [Outcome];
        if (!outcome.ok) throw new Error(`${name}: ${outcome.error}`);
        return outcome.value as never;
      },
      kill: async () => {
        child.kill("SIGKILL");
        await exited;
      },
    };
  }

  /** Unsynced, as replicated installations run: a flush to disk would be the whole of what is measured. */
  startServer(): Promise<NatsServer> {
    const started = this.#startServer();
    this.#starts.push(started);
    return started;
  }

  async #startServer(): Promise<NatsServer> {
    const dataDir = await mkdtemp(join(tmpdir(), "weir-bench-runtime-"));
    this.#dataDirs.push(dataDir);
    return startNatsServer({ dataDir, syncAlways: false });
  }

  /** Ends it all. What is being measured fails, if anything still is. Idempotent. */
  dismiss(): Promise<void> {
    this.#dismissed ??= this.#end();
    return this.#dismissed;
  }

  async #end(): Promise<void> {
    for (const child of this.#workers) child.kill("SIGKILL");
    for (const start of await Promise.allSettled(this.#starts))
      if (start.status === "fulfilled") await start.value.stop();
    for (const dataDir of this.#dataDirs) await rm(dataDir, { recursive: true, force: true });
  }
}
