import type { Clock, Fraction } from "../clock.ts";
import { Part, type PartNews, type PartSpec } from "./part.ts";

// All parts of one Weir.
//   V1. Parts start in groups: a group begins when every part of the one before is ready.
//   V2. They stop one by one in the reverse order, so that each can still hand what it holds to those it depends on.

export interface SupervisorOptions {
  readonly clock: Clock;
  readonly fraction: Fraction;
  readonly tell: (news: PartNews) => void;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #parts: Part[] = [];
  #stopping: Promise<void> | undefined;
  #isStopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Process id by part, of those that run now. */
  pids(): Record<string, number> {
    const running = this.#parts.flatMap(({ name, pid }) => (pid === undefined ? [] : [[name, pid] as const]));
    return Object.fromEntries(running);
  }

  /** Starts a group and waits until each of it has been ready once, or everything is stopped. */
  async start(...specs: readonly PartSpec[]): Promise<void> {
    if (this.#isStopping) return;
    const parts = specs.map((spec) => new Part(spec, this.#options));
    this.#parts.push(...parts);
    await Promise.all(parts.map((part) => part.start())); // V1
  }

  /** Idempotent. */
  stop(): Promise<void> {
    this.#isStopping = true;
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  kill(): void {
    this.#isStopping = true;
    for (const part of this.#parts) part.kill();
  }

  async #stop(): Promise<void> {
    for (const part of this.#parts.toReversed()) await part.stop(); // V2
  }
}
