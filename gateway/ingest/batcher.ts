import type { Failure } from "../../protocols/failures.ts";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import { streams, subjects } from "../../protocols/topology.ts";
import { Backoff, type AppendOutcome, type Clock, type Random } from "../../runtime/index.ts";

// Events of one partition travel together.
//   B1. A batch leaves at 500 events, or at 256 KB; else when nothing of its partition is under way any more and it has
//       waited for a moment; and after a few ms in any case. So a quiet gateway answers soon, and a busy one fills batches.
//   B2. It is sent again under the same message id until the server has answered or the target's time has passed, so a lost
//       answer does not double it.
//   B3. Bytes taken in and not yet settled are bounded; above the bound nothing is taken in.

export const batchMsMin = 2;
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
  /** How long the first line of a batch waits for others, when nothing of its partition is under way and when something is. */
  readonly batchMsMin: number;
  readonly batchMsMax: number;
  readonly appendMsMax: number;
  readonly inFlightBytesMax: number;
}

export const eventsTarget: BatchTarget = {
  stream: streams.events.name,
  subject: subjects.events,
  batchMsMin,
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
  /** Of this batcher, from 1. */
  readonly number: number;
  readonly environment: EnvironmentKey;
  readonly partition: number;
  /** Monotonic ms. */
  readonly openedAt: number;
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

/** One partition's batches. */
interface Lane {
  open: Batch | undefined;
  underWay: number;
}

/** What became of one batch, for whoever counts. */
export interface BatchReport {
  readonly events: number;
  readonly ackMs: number;
  readonly outcome: BatchOutcome;
}

export class Batcher {
  readonly #append: Append;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #target: BatchTarget;
  readonly #lanes = new Map<string, Lane[]>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #process: string;
  readonly #settled: ((report: BatchReport) => void) | undefined;
  #batches = 0;
  #inFlightBytes = 0;

  constructor(
    append: Append,
    clock: Clock,
    random: Random,
    target: BatchTarget = eventsTarget,
    settled?: (report: BatchReport) => void,
  ) {
    this.#append = append;
    this.#clock = clock;
    this.#random = random;
    this.#target = target;
    this.#process = random.hex(8);
    this.#settled = settled;
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
    const lane = this.#laneOf(environment, partition);
    const size = Buffer.byteLength(line) + 1;
    if (lane.open !== undefined && lane.open.bytes + size > batchBytesMax) this.#send(lane, lane.open);
    const batch = (lane.open ??= this.#openBatch(lane, environment, partition));
    batch.lines.push(line);
    batch.bytes += size;
    this.#inFlightBytes += size;
    if (batch.lines.length >= batchEventsMax) this.#send(lane, batch);
    return batch;
  }

  /** Sends what waits and resolves when all of it is settled. */
  async flush(): Promise<void> {
    for (const lanes of this.#lanes.values())
      for (const lane of lanes) if (lane?.open !== undefined) this.#send(lane, lane.open);
    await Promise.all(this.#underWay);
  }

  #laneOf(environment: EnvironmentKey, partition: number): Lane {
    let lanes = this.#lanes.get(environment);
    if (lanes === undefined) this.#lanes.set(environment, (lanes = []));
    return (lanes[partition] ??= { open: undefined, underWay: 0 });
  }

  #openBatch(lane: Lane, environment: EnvironmentKey, partition: number): Batch {
    const { promise, resolve } = Promise.withResolvers<BatchOutcome>();
    const batch: Batch = {
      number: ++this.#batches,
      environment,
      partition,
      openedAt: this.#clock.monotonicMs(),
      lines: [],
      bytes: 0,
      sent: false,
      outcome: promise,
      settle: resolve,
    };
    void this.#leave(lane, batch);
    return batch;
  }

  /** B1, for a batch that does not fill up before. */
  async #leave(lane: Lane, batch: Batch): Promise<void> {
    const { batchMsMin: soonMs, batchMsMax: lateMs } = this.#target;
    await this.#clock.sleep(soonMs);
    if (lane.underWay > 0 && !batch.sent) await this.#clock.sleep(lateMs - soonMs);
    this.#send(lane, batch);
  }

  #send(lane: Lane, batch: Batch): void {
    if (batch.sent) return;
    batch.sent = true;
    if (lane.open === batch) lane.open = undefined;
    lane.underWay++;
    const sentAt = this.#clock.monotonicMs();
    const done = this.#deliver(batch).then((outcome) => {
      this.#inFlightBytes -= batch.bytes;
      lane.underWay--;
      this.#sendWaiting(lane);
      this.#settled?.({ events: batch.lines.length, ackMs: this.#clock.monotonicMs() - sentAt, outcome });
      batch.settle(outcome);
    });
    this.#underWay.add(done);
    void done.finally(() => this.#underWay.delete(done));
  }

  /** B1: the partition is free, so what has waited for a moment goes now. */
  #sendWaiting(lane: Lane): void {
    const { open } = lane;
    if (open === undefined || lane.underWay > 0) return;
    if (this.#clock.monotonicMs() - open.openedAt >= this.#target.batchMsMin) this.#send(lane, open);
  }

  /** B2. */
  async #deliver(batch: Batch): Promise<BatchOutcome> {
    const data = Buffer.from(batch.lines.join("\n"));
    const messageId = `${this.#process}-${batch.number.toString(36)}`;
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
