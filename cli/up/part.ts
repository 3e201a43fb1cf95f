import { type Clock, type Fraction, durationText } from "../clock.ts";
import { sentenceOf } from "../failure.ts";
import { type Restart, RestartPolicy } from "./restart-policy.ts";

// One supervised process.
//   P1. At most one process of a part runs.
//   P2. A process that dies, or does not become ready in time, is started again, for ever.
//   P3. stop() is final and bounded: asked to end, then killed.

export interface PartExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A started process, however it was started. */
export interface PartProcess {
  readonly pid: number;
  /** Settles once the part said that it works. Never rejects: a part that dies first says so by `exited`. */
  readonly ready: Promise<void>;
  readonly exited: Promise<PartExit>;
  /** Asks it to end. */
  end(): void;
  /** Ends it and all it started, at once. */
  kill(): void;
}

export interface PartSpec {
  readonly name: string;
  /** Throws when it cannot even be started. */
  start(): Promise<PartProcess>;
  readonly readyTimeoutMs: number;
}

export type PartNews =
  | { readonly kind: "started"; readonly part: string; readonly pid: number }
  | { readonly kind: "ready"; readonly part: string; readonly afterMs: number; readonly restarts: number }
  | { readonly kind: "failed"; readonly part: string; readonly reason: string; readonly restart: Restart };

export interface PartOptions {
  readonly clock: Clock;
  readonly fraction: Fraction;
  readonly tell: (news: PartNews) => void;
}

/** Time to finish what is in flight; longer than the parts' own bound of five seconds. */
export const endMsMax = 10_000;

export class Part {
  readonly name: string;
  readonly #spec: PartSpec;
  readonly #options: PartOptions;
  readonly #policy: RestartPolicy;
  readonly #stopping = new AbortController();
  #process: PartProcess | undefined;
  #running: Promise<void> | undefined;
  #restarts = 0;

  constructor(spec: PartSpec, options: PartOptions) {
    this.name = spec.name;
    this.#spec = spec;
    this.#options = options;
    this.#policy = new RestartPolicy(options.fraction);
  }

  /** Of the process that runs now; undefined between two. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts supervision; resolves when the part is ready for the first time, or is stopped before. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#running = this.#run(resolve).finally(resolve);
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    const { clock } = this.#options;
    this.#process?.end();
    const over = new AbortController();
    void this.#running?.then(() => over.abort());
    if (this.#running !== undefined) await clock.sleep(endMsMax, over.signal);
    if (this.#process === undefined) return;
    this.#process.kill(); // P3
    await this.#running;
  }

  /** For whoever cannot wait. */
  kill(): void {
    this.#stopping.abort();
    this.#process?.kill();
  }

  async #run(firstReady: () => void): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const reason = await this.#once(firstReady);
      if (signal.aborted) return;
      const restart = this.#policy.failed(this.#options.clock.now());
      this.#options.tell({ kind: "failed", part: this.name, reason, restart });
      await this.#options.clock.sleep(restart.delayMs, signal); // P2
      this.#restarts++;
    }
  }

  /** One life of the process; answers why it ended. */
  async #once(firstReady: () => void): Promise<string> {
    const { clock, tell } = this.#options;
    const startedAt = clock.now();
    let child: PartProcess;
    try {
      child = await this.#spec.start();
    } catch (error) {
      return `could not be started: ${sentenceOf(error)}`;
    }
    this.#process = child;
    if (this.#stopping.signal.aborted) child.end(); // it was asked to stop while it started
    tell({ kind: "started", part: this.name, pid: child.pid });

    const settled = new AbortController();
    const ready = child.ready.then(() => "ready" as const);
    const ended = child.exited.then(() => "ended" as const);
    const late = clock.sleep(this.#spec.readyTimeoutMs, settled.signal).then(() => "late" as const);
    const first = await Promise.race([ended, ready, late]);
    settled.abort();
    if (first === "late") child.kill();
    if (first === "ready") {
      tell({ kind: "ready", part: this.name, afterMs: clock.now() - startedAt, restarts: this.#restarts });
      firstReady();
    }
    const exit = await child.exited;
    this.#process = undefined; // P1
    if (first === "late") return `was not ready after ${durationText(this.#spec.readyTimeoutMs)}`;
    return exit.signal === null ? `ended with code ${exit.code ?? "unknown"}` : `was ended by ${exit.signal}`;
  }
}
