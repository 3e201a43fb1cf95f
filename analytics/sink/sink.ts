import type { WarehousePosition } from "../../protocols/analytics-messages.ts";
import { uint64Text } from "../../protocols/hash64.ts";
import type { Hash64 } from "../../protocols/hash64.ts";
import { Backoff } from "../../runtime/index.ts";
import type { Clock, Connection, KeyValue, Log, Random, StreamMessage } from "../../runtime/index.ts";
import type { Warehouse } from "../clickhouse.ts";
import { failureText } from "../warehouse-failure.ts";
import { createBlockWriter } from "./block-writer.ts";
import type { BlockWriter, Known } from "./block-writer.ts";
import { blockLayout, blocksOf, decode, rowCount } from "./blocks.ts";
import type { Decoded } from "./blocks.ts";
import { purgeUnits } from "../deletion.ts";
import { readRefill } from "../refill.ts";
import type { Feed } from "./feed.ts";
import { feeds } from "./feed.ts";
import { noFigures } from "./figures.ts";
import type { SinkFigures } from "./figures.ts";
import { Inbox } from "./inbox.ts";
import { readMark, sinkBucket, writeMark } from "./mark.ts";
import type { Mark, SentRange, StoredMark } from "./mark.ts";
import { Tombstones } from "./tombstones.ts";

// Every event of the stream, into ClickHouse, once.
//   K1. Mark a range as sent, insert its blocks, mark it as acknowledged, in this order. A crash in between leaves the
//       range in doubt; the next start reads it again, cuts the same blocks, and inserts those that are absent. What is
//       written again after a loss is never taken for there: some of it may be, in other blocks.
//   K2. Each mark is a compare-and-set. Who loses one stops at once and stands by.
//   K3. One range is under way and one gathers; beyond that the reader waits, and the stream keeps the rest.
//   K4. A deletion's record is acknowledged after its unit's rows are gone: what came before it in the log is written by
//       then, and what comes after is not written.

export interface SinkOptions {
  /** Absent: the events. */
  readonly feed?: Feed;
  readonly connection: Connection;
  readonly warehouse: Warehouse;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  /**
   * How long another owner's mark must stand still before its work is taken over. 0 where nobody else can be writing:
   * the embedded warehouse is locked by the process that feeds it.
   */
  readonly takeOverAfterMs: number;
  /** Told of messages whose rows are in ClickHouse. */
  readonly written?: (messages: readonly Decoded[]) => void;
}

export interface Sink {
  readonly position: WarehousePosition;
  readonly stream: string;
  readonly figures: Readonly<SinkFigures>;
  /** "standby" while another sink writes. */
  readonly state: "starting" | "standby" | "running" | "stopped";
  /** Finishes the block under way, hands the mark back. Idempotent. */
  close(): Promise<void>;
}

/** Messages read ahead: 8 of the largest, 1 MB each. */
const bytesInFlightMax = 8 * 1024 ** 2;
const retryMsMax = 5_000;
/** Three marks missed and an owner counts as gone. */
const heartbeatsPerTakeOver = 3;
/** An idle owner writes its mark at least this often. */
const idleMsMax = 60_000;

export function openSink(options: SinkOptions): Sink {
  const running = new RunningSink(options);
  const ended = running.run();
  return {
    stream: running.feed.stream,
    figures: running.figures,
    get position() {
      return { acknowledged: running.acknowledged };
    },
    get state() {
      return running.state;
    },
    async close() {
      running.stop();
      await ended;
    },
  };
}

class RunningSink {
  acknowledged = 0;
  state: Sink["state"] = "starting";
  readonly feed: Feed;
  readonly figures = noFigures();
  readonly #options: SinkOptions;
  readonly #owner: string;
  readonly #stopping = new AbortController();
  readonly #writer: BlockWriter;
  readonly #tombstones: Tombstones;
  #inbox: Inbox | undefined;
  /** The last message that had rows. */
  #newest: number | undefined;
  /** Rows up to here were written before, and some of them lost (../refill.ts). */
  #lostUpTo = 0;
  #stored: StoredMark = { mark: { acknowledged: 0 }, revision: 0 };

  constructor(options: SinkOptions) {
    this.#options = options;
    this.#owner = options.random.hex(8);
    this.feed = options.feed ?? feeds.events;
    this.#tombstones = new Tombstones(options.warehouse, options.clock);
    const { figures } = this;
    const signal = this.#stopping.signal;
    this.#writer = createBlockWriter({ ...options, figures, tombstones: this.#tombstones, signal });
  }

  stop(): void {
    this.#stopping.abort();
    this.#inbox?.close();
  }

  async run(): Promise<void> {
    const { log, clock, random } = this.#options;
    const backoff = new Backoff(random, { maxMs: retryMsMax });
    while (!this.#stopping.signal.aborted) {
      try {
        const bucket = await this.#options.connection.bucket(sinkBucket);
        if (!(await this.#own(bucket))) continue;
        backoff.reset();
        this.state = "running";
        await this.#settle(bucket);
        await this.#follow(bucket);
        await this.#handBack(bucket);
      } catch (error) {
        this.state = "starting";
        if (error instanceof Superseded) log.warn("sink.superseded", { owner: this.#owner }); // K2
        else log.error("sink.failed", { error }); // the message system is away: wait and begin at the mark
        await clock.sleep(backoff.nextMs(), this.#stopping.signal);
      }
    }
    this.state = "stopped";
  }

  /** Makes the mark ours, or waits until its owner is gone. */
  async #own(bucket: KeyValue): Promise<boolean> {
    const { clock, takeOverAfterMs } = this.#options;
    this.#stored = await readMark(bucket, this.feed.markKey);
    const { owner, newest } = this.#stored.mark;
    this.#newest = newest;
    if (owner !== undefined && owner !== this.#owner && takeOverAfterMs > 0) {
      this.state = "standby";
      this.acknowledged = this.#stored.mark.acknowledged;
      await clock.sleep(takeOverAfterMs, this.#stopping.signal);
      if ((await readMark(bucket, this.feed.markKey)).revision !== this.#stored.revision) return false;
    }
    if (this.#stopping.signal.aborted) return false;
    this.#lostUpTo = (await readRefill(bucket))?.targets[this.feed.markKey] ?? 0;
    await this.#write(bucket, await this.#checked(this.#stored.mark));
    return true;
  }

  /** A stream that ends before our mark is another stream: it was lost and made anew. */
  async #checked(mark: Mark): Promise<Mark> {
    const { stream, subject } = this.feed;
    const last = await this.#options.connection.reader.lastSequence(stream, subject);
    if (last === 0 || last >= mark.acknowledged) return mark;
    this.#options.log.error("sink.stream_rolled_back", {
      code: "stream_rolled_back",
      stream,
      last,
      acknowledged: mark.acknowledged,
    });
    this.#newest = undefined;
    return { acknowledged: 0 };
  }

  /** Clears the doubt that a crash left (K1). */
  async #settle(bucket: KeyValue): Promise<void> {
    const { mark } = this.#stored;
    this.acknowledged = mark.acknowledged;
    if (mark.sent === undefined) return;
    const { from, to } = mark.sent;
    const messages: Decoded[] = [];
    const range = { stream: this.feed.stream, subject: this.feed.subject, from, to };
    for await (const message of this.#options.connection.reader.readRange(range))
      messages.push(this.#decode(message));
    const same = isSameRange(mark.sent, messages);
    this.#options.log.warn("sink.settling", { from, to, messages: messages.length, same });
    if (messages.length < mark.sent.messages) this.#sayPurged(from, messages[0]?.sequence ?? to + 1);
    // A range that cannot be cut alike again has no sentinels; its rows are written anew, and those that were there
    // already are dropped by the merge, as the later of two with one id.
    if (!(await this.#writeBlocks(messages, same && from > this.#lostUpTo ? "in_doubt" : "in_part"))) return;
    this.acknowledged = to;
    this.#newest = messages.findLast(({ rows }) => rows.length > 0)?.sequence ?? this.#newest;
    await this.#write(bucket, { acknowledged: to });
  }

  async #follow(bucket: KeyValue): Promise<void> {
    const { connection, clock } = this.#options;
    if (this.#stopping.signal.aborted) return;
    const inbox = new Inbox(clock);
    this.#inbox = inbox;
    const following = await connection.reader.follow(
      {
        stream: this.feed.stream,
        subject: this.feed.subject,
        after: this.acknowledged,
        bytesInFlightMax,
      },
      (message) => inbox.offer(this.#decode(message)),
    );
    let hasFailed = false;
    void following.ended?.then((end) => (hasFailed = end === "failed"));
    try {
      while (!this.#stopping.signal.aborted) {
        const messages = await inbox.take(this.#idleMs);
        if (messages.length > 0) await this.#take(bucket, inbox, messages);
        // In front of a message of a newer version, say: what came before it is written by now.
        else if (hasFailed) throw new Error("the feed ended at a message that cannot be read");
        else if (!this.#stopping.signal.aborted)
          await this.#write(bucket, { acknowledged: this.acknowledged });
      }
    } finally {
      inbox.close();
      await following.stop();
    }
  }

  async #take(bucket: KeyValue, inbox: Inbox, messages: readonly Decoded[]): Promise<void> {
    const from = this.acknowledged + 1;
    const first = messages[0]?.sequence ?? from;
    const to = messages.at(-1)?.sequence ?? from;
    if (first > from) this.#sayPurged(from, first);
    const rows = rowCount(messages);
    if (rows > 0) {
      // This also acknowledges the range before: two marks in one write.
      const sent = { from, to, messages: messages.length, rows, layout: blockLayout };
      await this.#write(bucket, { acknowledged: this.acknowledged, sent });
      if (!(await this.#writeBlocks(messages, from > this.#lostUpTo ? "absent" : "in_part"))) return;
      this.#options.written?.(messages);
    }
    this.acknowledged = to;
    this.#newest = messages.findLast(({ rows: own }) => own.length > 0)?.sequence ?? this.#newest;
    this.figures.acknowledgedTime = messages.at(-1)?.time ?? 0;
    if (inbox.isEmpty) await this.#write(bucket, { acknowledged: to });
  }

  async #writeBlocks(messages: readonly Decoded[], known: Known): Promise<boolean> {
    const deleted = deletedUnits(messages);
    for (const { environment, unit } of deleted) this.#tombstones.add(environment, unit);
    if (!(await this.#insist(() => this.#tombstones.refresh()))) return false;
    for (const block of blocksOf(messages)) {
      if ((await this.#writer.write(block, known)) === "stopped") return false;
    }
    if (deleted.length === 0) return true;
    return this.#insist(async () => {
      const units = deleted.map(({ environment, unit }) => ({ environment, unit: uint64Text(unit) }));
      const purged = await purgeUnits(this.#options.warehouse, units); // K4
      if (!purged.ok)
        this.#options.log.warn("sink.deletion_delayed", { reason: failureText(purged.failure) });
      return purged.ok;
    });
  }

  /** Until it is done; false when told to stop. */
  async #insist(attempt: () => Promise<boolean>): Promise<boolean> {
    const backoff = new Backoff(this.#options.random, { maxMs: retryMsMax });
    while (!this.#stopping.signal.aborted) {
      if (await attempt()) return true;
      this.figures.retries++;
      await this.#options.clock.sleep(backoff.nextMs(), this.#stopping.signal);
    }
    return false;
  }

  async #handBack(bucket: KeyValue): Promise<void> {
    if (this.#stored.mark.owner !== this.#owner) return;
    const { owner: _, ...mark } = this.#stored.mark;
    const done = mark.sent === undefined || this.acknowledged >= mark.sent.to;
    const last = done ? { acknowledged: this.acknowledged, ...this.#reach } : mark;
    await writeMark(bucket, this.feed.markKey, last, this.#stored.revision);
  }

  async #write(bucket: KeyValue, mark: Mark): Promise<void> {
    const owned = { ...mark, ...this.#reach, owner: this.#owner };
    const revision = await writeMark(bucket, this.feed.markKey, owned, this.#stored.revision);
    if (revision === undefined) throw new Superseded();
    this.#stored = { mark: owned, revision };
  }

  get #reach(): Pick<Mark, "newest"> {
    return this.#newest === undefined ? {} : { newest: this.#newest };
  }

  /** How often an idle owner renews its mark, so that nobody takes it for gone. */
  get #idleMs(): number {
    const { takeOverAfterMs } = this.#options;
    return takeOverAfterMs === 0 ? idleMsMax : Math.min(idleMsMax, takeOverAfterMs / heartbeatsPerTakeOver);
  }

  /** The stream gave up messages before we had them: nobody can bring them back, so this is said and passed over. */
  #sayPurged(expected: number, first: number): void {
    this.#options.log.error("sink.stream_purged", {
      code: "stream_purged",
      stream: this.feed.stream,
      expected,
      first,
    });
  }

  #decode(message: StreamMessage): Decoded {
    const decoded = decode(this.feed, message);
    if (decoded.poison !== undefined) {
      this.figures.poisonous++;
      const { sequence, poison } = decoded;
      this.#options.log.error("sink.message_poisonous", {
        code: "message_poisonous",
        sequence,
        subject: message.subject,
        reason: poison,
      });
    }
    return decoded;
  }
}

/** Another sink wrote the mark. */
class Superseded extends Error {
  override readonly name = "Superseded";
}

function deletedUnits(messages: readonly Decoded[]): { environment: string; unit: Hash64 }[] {
  const found: { environment: string; unit: Hash64 }[] = [];
  for (const { rows } of messages)
    for (const { table, environment, unit } of rows)
      if (table === "deletions" && unit !== undefined) found.push({ environment, unit });
  return found;
}

const isSameRange = (sent: SentRange, messages: readonly Decoded[]): boolean =>
  sent.layout === blockLayout && sent.messages === messages.length && sent.rows === rowCount(messages);
