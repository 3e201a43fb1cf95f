import { Backoff } from "./backoff.ts";
import type { Configuration } from "./configuration.ts";
import type { ResolvedOptions } from "./options.ts";
import { poll } from "./poll.ts";
import { sleep } from "./ports.ts";
import type { StatusBoard } from "./status.ts";
import { followStream } from "./stream.ts";

// Keeps the configuration fresh.
//   F1. One loop, so at most one connection: a reconnect never multiplies.
//   F2. Every round starts with a poll. It is the fast first answer, the fallback while a stream is impossible, and
//       what tells `stale` from `ready`.
//   F3. Each wait is jittered; after a stream that was well the first wait is short.

export class Freshness {
  readonly #options: ResolvedOptions;
  readonly #configuration: Configuration;
  readonly #board: StatusBoard;
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: ResolvedOptions, configuration: Configuration, board: StatusBoard) {
    this.#options = options;
    this.#configuration = configuration;
    this.#board = board;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, random, pollIntervalMs, streaming } = this.#options;
    const { signal } = this.#closing;
    const backoff = new Backoff(random);
    while (!signal.aborted) {
      const polled = await poll(this.#options, this.#configuration, signal); // F2
      if (signal.aborted) return;
      let floorMs = 0;
      if (polled.kind === "failed") {
        this.#lost();
        floorMs = polled.retryAfterMs;
      } else if (streaming) {
        this.#board.set("ready");
        const end = await followStream(this.#options, this.#configuration, signal, () => this.#live());
        if (end.heard) backoff.reset(); // F3
        floorMs = end.retryAfterMs;
      } else {
        this.#board.set("ready");
        backoff.reset();
        await sleep(clock, pollIntervalMs * (0.9 + 0.2 * random.fraction()), signal);
        continue;
      }
      await sleep(clock, Math.min(backoff.nextMs(floorMs), Math.max(pollIntervalMs, floorMs * 2)), signal);
    }
  }

  #live(): void {
    this.#configuration.confirm(this.#options.clock.now());
    this.#board.set("ready");
  }

  #lost(): void {
    this.#board.set(this.#configuration.plan === undefined ? "not_ready" : "stale");
  }
}
