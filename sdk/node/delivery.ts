import { Backoff } from "./backoff.ts";
import { deadline } from "./deadline.ts";
import type { EventQueue, QueuedEvent, Unit } from "./event-queue.ts";
import type { ResolvedOptions } from "./options.ts";
import { sleep } from "./ports.ts";
import { sendEvents } from "./send.ts";
import type { Pseudonyms } from "./wire.ts";

// Brings queued events to the service.
//   D1. One batch in flight; it is sent with the same ids until its outcome is known, so it counts once.
//   D2. After a failure nothing is tried before the wait is over (an open circuit), whatever is queued meanwhile.
//   D3. Only a batch that the service answered for leaves this object.

/** 500 events of about 150 bytes: far below the body limit, and one log message at the gateway. */
const batchMax = 500;

export class Delivery {
  readonly #options: ResolvedOptions;
  readonly #queue: EventQueue;
  readonly #pseudonyms: () => Pseudonyms | undefined;
  readonly #onDenied: (unit: Unit) => void;
  readonly #backoff: Backoff;
  readonly #closing = new AbortController();
  #batch: QueuedEvent[] = [];
  #cancelTimer: (() => void) | undefined;
  #draining: Promise<void> | undefined;
  /** Ends the wait of an open circuit early. Made anew for each wait. */
  #wake = new AbortController();

  constructor(
    options: ResolvedOptions,
    queue: EventQueue,
    pseudonyms: () => Pseudonyms | undefined,
    onDenied: (unit: Unit) => void,
  ) {
    this.#options = options;
    this.#queue = queue;
    this.#pseudonyms = pseudonyms;
    this.#onDenied = onDenied;
    this.#backoff = new Backoff(options.random);
  }

  get pending(): number {
    return this.#queue.length + this.#batch.length;
  }

  push(event: QueuedEvent): void {
    if (this.#closing.signal.aborted) return;
    this.#queue.push(event);
    if (this.#queue.length >= batchMax) this.#drainSoon();
    else
      this.#cancelTimer ??= this.#options.clock.timer(this.#options.flushIntervalMs, () => this.#drainSoon());
  }

  /** Sends what is queued now. Waits at most `timeoutMs`; answers what could not be sent. */
  async flush(timeoutMs: number): Promise<{ readonly pending: number }> {
    const limit = deadline(this.#options.clock, timeoutMs, this.#closing.signal);
    const reached = new Promise<void>((resolve) => limit.signal.addEventListener("abort", () => resolve()));
    await Promise.race([this.#drain(), reached]);
    limit.end();
    return { pending: this.pending };
  }

  /** A last try, also through an open circuit, then no more. Idempotent. */
  async close(timeoutMs: number): Promise<{ readonly pending: number }> {
    this.#cancelTimer?.();
    this.#wake.abort();
    const outcome = await this.flush(timeoutMs);
    this.#closing.abort();
    await this.#draining;
    this.#cancelTimer?.();
    return outcome;
  }

  #drainSoon(): void {
    void this.#drain(); // settles always: a failure is a wait, not a rejection
  }

  #drain(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#draining ??= this.#run().finally(() => {
      this.#draining = undefined;
      if (this.#queue.length > 0 && !this.#closing.signal.aborted)
        this.#cancelTimer ??= this.#options.clock.timer(this.#options.flushIntervalMs, () =>
          this.#drainSoon(),
        );
    });
    return this.#draining;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const dropped = this.#queue.takeDropped();
      if (dropped > 0) this.#options.onError({ code: "events_dropped", count: dropped });
      const pseudonyms = this.#pseudonyms();
      if (this.#batch.length === 0 && pseudonyms !== undefined) this.#batch = this.#queue.take(batchMax);
      if (pseudonyms === undefined ? this.#queue.length === 0 : this.#batch.length === 0) return;
      const waitMs = pseudonyms === undefined ? this.#options.flushIntervalMs : await this.#send(pseudonyms);
      if (waitMs > 0) await this.#pause(waitMs); // D2
    }
  }

  /** Sends the batch in hand; answers how long to wait before the next request. */
  async #send(pseudonyms: Pseudonyms): Promise<number> {
    const outcome = await sendEvents(
      {
        options: this.#options,
        pseudonyms,
        closing: this.#closing.signal,
        onDenied: this.#onDenied,
      },
      this.#batch,
    );
    switch (outcome.kind) {
      case "settled":
        this.#batch = [...outcome.remaining]; // D3
        this.#backoff.reset();
        return 0;
      case "failed":
        this.#batch = [...outcome.remaining]; // D1
        return this.#backoff.nextMs(outcome.retryAfterMs);
    }
  }

  async #pause(waitMs: number): Promise<void> {
    if (this.#wake.signal.aborted)
      return sleep(this.#options.clock, Math.min(waitMs, 250), this.#closing.signal);
    const either = AbortSignal.any([this.#wake.signal, this.#closing.signal]);
    await sleep(this.#options.clock, waitMs, either);
  }
}
