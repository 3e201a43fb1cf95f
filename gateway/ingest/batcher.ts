import { hash } from "node:crypto";
import type { Failure } from "../../protocols/failures.ts";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import { streams, subjects } from "../../protocols/topology.ts";
import { Backoff, type AppendOutcome, type Clock, type Random } from "../../runtime/index.ts";

// Events of one partition travel together.
//   B1. A batch leaves after a few ms, or at 500 events, or at 256 KB, whichever comes first.
//   B2. It is sent again under the same message id until the server has answered or the target's time has passed, so a lost
//       answer does not double it.
//   B3. Bytes taken in and not yet settled are bounded; above the bound nothing is taken in.

export const batchMsMax = 10;
export const batchEventsMax = 500;
export const batchBytesMax = 262_144;
/** 128 full batches: at 50 MB/s of log, what half a second of silence costs. */
export const inFlightBytesMax = 33_554_432;
const attemptMsMax = 2_000;

/** Where batches go, and how long they may take to get there. */
export interface BatchTarget {
  readonly stream: string;
  subject(environment: EnvironmentKey, partition: number): string;
  /** How long the first line of a batch waits for others. */
  readonly batchMsMax: number;
  readonly appendMsMax: number;
  readonly inFlightBytesMax: number;
}

export const eventsTarget: BatchTarget = {
  stream: streams.events.name,
  subject: subjects.events,
  batchMsMax,
  appendMsMax: 10_000,
  inFlightBytesMax,
};

export type BatchOutcome = { readonly ok: true } | { readonly ok: false; readonly failure: Failure };

export interface Append {
  (
    subject: string,
    data: Uint8Array,
    options: { messageId: string; timeoutMs: number },
  ): Promise<AppendOutcome>;
}

export interface Batch {
  readonly environment: EnvironmentKey;
  readonly partition: number;
  readonly lines: string[];
  bytes: number;
  sent: boolean;
  readonly outcome: Promise<BatchOutcome>;
  settle(outcome: BatchOutcome): void;
}

const overloaded = (retryAfterMs: number): BatchOutcome => ({
  ok: false,
  failure: { code: "overloaded", retryAfterMs },
});

export class Batcher {
  readonly #append: Append;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #target: BatchTarget;
  readonly #open = new Map<string, Batch>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #process: string;
  #batches = 0;
  #inFlightBytes = 0;

  constructor(append: Append, clock: Clock, random: Random, target: BatchTarget = eventsTarget) {
    this.#append = append;
    this.#clock = clock;
    this.#random = random;
    this.#target = target;
    this.#process = random.hex(6);
  }

  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  /** B3: asked before a request is taken apart, with its whole size. */
  hasRoomFor(bytes: number): boolean {
    return this.#inFlightBytes + bytes <= this.#target.inFlightBytesMax;
  }

  /** Adds one line; the batch it joined tells what becomes of it. */
  add(environment: EnvironmentKey, partition: number, line: string): Batch {
    const key = `${environment}/${partition}`;
    const size = Buffer.byteLength(line) + 1;
    let batch = this.#open.get(key);
    if (batch !== undefined && batch.bytes + size > batchBytesMax) {
      this.#send(key, batch);
      batch = undefined;
    }
    if (batch === undefined) {
      const opened = openBatch(environment, partition);
      batch = opened;
      this.#open.set(key, opened);
      void this.#clock.sleep(this.#target.batchMsMax).then(() => this.#send(key, opened)); // B1
    }
    batch.lines.push(line);
    batch.bytes += size;
    this.#inFlightBytes += size;
    if (batch.lines.length >= batchEventsMax) this.#send(key, batch);
    return batch;
  }

  /** Sends what waits and resolves when all of it is settled. */
  async flush(): Promise<void> {
    for (const [key, batch] of this.#open) this.#send(key, batch);
    await Promise.all(this.#underWay);
  }

  #send(key: string, batch: Batch): void {
    if (batch.sent) return;
    batch.sent = true;
    if (this.#open.get(key) === batch) this.#open.delete(key);
    const done = this.#deliver(batch).then((outcome) => {
      this.#inFlightBytes -= batch.bytes;
      batch.settle(outcome);
    });
    this.#underWay.add(done);
    void done.finally(() => this.#underWay.delete(done));
  }

  /** B2. */
  async #deliver(batch: Batch): Promise<BatchOutcome> {
    const data = Buffer.from(batch.lines.join("\n"));
    const digest = hash("sha256", data, "base64url").slice(0, 12);
    const messageId = `${digest}-${this.#process}-${(this.#batches++).toString(36)}`;
    const { stream, appendMsMax } = this.#target;
    const subject = this.#target.subject(batch.environment, batch.partition);
    const deadline = this.#clock.monotonicMs() + appendMsMax;
    const backoff = new Backoff(this.#random, { baseMs: 50, maxMs: 1_000 });
    for (;;) {
      const leftMs = deadline - this.#clock.monotonicMs();
      if (leftMs <= 0) return overloaded(1_000);
      const timeoutMs = Math.max(1, Math.min(attemptMsMax, Math.ceil(leftMs)));
      const outcome = await this.#append(subject, data, { messageId, timeoutMs });
      if (outcome.kind === "stored") return { ok: true };
      if (outcome.kind === "full")
        return { ok: false, failure: { code: "stream_full", stream, retryAfterMs: 5_000 } };
      await this.#clock.sleep(Math.min(backoff.nextMs(), leftMs));
    }
  }
}

function openBatch(environment: EnvironmentKey, partition: number): Batch {
  const { promise, resolve } = Promise.withResolvers<BatchOutcome>();
  return { environment, partition, lines: [], bytes: 0, sent: false, outcome: promise, settle: resolve };
}
