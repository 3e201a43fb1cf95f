import type { Clock } from "../../runtime/index.ts";
import type { Decoded } from "./blocks.ts";

// Between the reader and the inserts: the next batch gathers while the present one is written, and no further.

/** A batch is cut at so many rows; with one last message of 500 it stays one block of 64,000. */
export const rowsPerBatchMin = 60_000;
/** Messages are bounded by bytes as well: rows with much metadata must fit a request of 64 MB. */
const bytesPerBatchMin = 16 * 1024 ** 2;
/** How long a row waits for company: a statement costs the engine the same few milliseconds whatever it brings. */
export const batchAgeMsMax = 1_000;

export class Inbox {
  readonly #clock: Clock;
  readonly #messages: Decoded[] = [];
  #rows = 0;
  #bytes = 0;
  #oldestMs = 0;
  #closed = false;
  #changed = Promise.withResolvers<void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  /** Resolves when there is room for more: that is the backpressure on the reader. */
  async offer(message: Decoded): Promise<void> {
    if (this.#closed) return;
    if (this.isEmpty) this.#oldestMs = this.#clock.monotonicMs();
    this.#messages.push(message);
    this.#rows += message.rows.length;
    this.#bytes += message.bytes;
    this.#announce();
    while (this.#isFull && !this.#closed) await this.#changed.promise;
  }

  /** The next batch, of whole messages; empty once closed, or when `idleMs` passed without any. */
  async take(idleMs: number): Promise<readonly Decoded[]> {
    const idleAtMs = this.#clock.monotonicMs() + idleMs;
    while (!this.#closed && !this.#isFull) {
      const dueMs = this.isEmpty ? idleAtMs : this.#oldestMs + batchAgeMsMax;
      const waitMs = dueMs - this.#clock.monotonicMs();
      if (waitMs <= 0) break;
      await this.#changeWithin(waitMs);
    }
    const taken = this.#closed ? [] : this.#messages.splice(0);
    this.#rows = 0;
    this.#bytes = 0;
    this.#announce();
    return taken;
  }

  /** Lets everyone go. What was not taken stays in the stream, and is read again. */
  close(): void {
    this.#closed = true;
    this.#announce();
  }

  get #isFull(): boolean {
    return this.#rows >= rowsPerBatchMin || this.#bytes >= bytesPerBatchMin;
  }

  #announce(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async #changeWithin(ms: number): Promise<void> {
    const changed = new AbortController();
    void this.#changed.promise.then(() => changed.abort());
    await this.#clock.sleep(ms, changed.signal);
  }
}
