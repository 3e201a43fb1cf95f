import type { ConsumerConfig, JetStreamManager } from "@nats-io/jetstream";
import { createInbox } from "@nats-io/transport-node";
import type { Msg, NatsConnection, Subscription } from "@nats-io/transport-node";
import { Backoff } from "../backoff.ts";
import type { EpochMs } from "../../protocols/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { StreamMessage } from "../ports/connection.ts";
import { pullMessagesMax } from "../limits.ts";
import type { Log } from "../ports/log.ts";
import type { Random } from "../ports/random.ts";
import { parseDelivery } from "./delivery.ts";

// One subject of a stream, in order, from a position of our own.
//   F1. A message is given out once, in stream order; the server's consumer is disposable and holds no truth.
//   F2. Any doubt (a gap, an error, a silent pull, a reconnect, a stream ahead of us) makes a new consumer at cursor + 1.
//   F3. Bytes asked for and not yet handled stay below the bound, whatever the handler's speed.
//   F4. A new consumer continues the history we read, or the feed ends as diverged: the stream must be the one it was,
//       reach our cursor, and hold there, if it still holds it, the message with the time that we saw. A stream that was
//       recreated or rolled back, and has grown past our cursor since, would otherwise lose its new messages to us.

export interface FeedTools {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface FeedOptions {
  readonly stream: string;
  readonly subject: string;
  readonly after: number;
  readonly bytesInFlightMax: number;
  /** Time of the message at `after`, when it is known. */
  readonly afterTime?: EpochMs;
  /** How often a silent feed compares itself with the stream. */
  readonly watchdogMs: number;
  /** From the leader: how far the stream goes, and its subject if that goes beyond. */
  readonly look: (beyond: number) => Promise<{ readonly stream: number; readonly subject: number }>;
  /** The history is not the one we read (F4). The feed gives out no more. Without it nothing is compared. */
  readonly diverged?: (why: string) => void;
}

export interface FeedMessage extends StreamMessage {
  readonly headers: Msg["headers"];
}

/** A pull ends by itself after this; one that outlives it by a second was lost. */
const pullExpiresMs = 5_000;
const pullOverdueMs = pullExpiresMs + 1_000;
/** The server forgets a consumer that nobody pulled from for so long. */
const consumerIdleMs = 30_000;
const pullsInFlight = 2;
/** Leader reads that contradict our cursor before we believe them: an old leader may answer for a moment. */
const shortReadsMax = 8;
const nanos = (ms: number): number => ms * 1_000_000;

interface Pull {
  bytesLeft: number;
  messagesLeft: number;
  readonly startedMs: number;
}

interface Consumer {
  readonly name: string;
  readonly inbox: string;
  readonly subscription: Subscription;
  readonly pulls: Map<string, Pull>;
  deliverySequence: number;
}

export class OrderedFeed {
  readonly #tools: FeedTools;
  readonly #options: FeedOptions;
  readonly #backoff: Backoff;
  readonly #stopping = new AbortController();
  readonly #queue: FeedMessage[] = [];
  /** Without wildcards every message has the one subject, and none needs decoding. */
  readonly #exactSubject: string | undefined;
  #queuedBytes = 0;
  #pullBytes: number;
  #handledBytes = 0;
  #cursor: number;
  /** Server's time of the message at the cursor. */
  #cursorTime: EpochMs | undefined;
  #created: string | undefined;
  #shortReads = 0;
  #inHand = false;
  #serverPending: number | undefined;
  #verified = 0;
  #consumer: Consumer | undefined;
  #opening = false;
  #serial = 0;
  #wake: (() => void) | undefined;
  #progressed = false;

  constructor(tools: FeedTools, options: FeedOptions) {
    this.#tools = tools;
    this.#options = options;
    this.#exactSubject = /[*>]/.test(options.subject) ? undefined : options.subject;
    this.#cursor = options.after;
    this.#cursorTime = options.afterTime;
    this.#pullBytes = Math.max(1, Math.floor(options.bytesInFlightMax / pullsInFlight));
    this.#backoff = new Backoff(tools.random, { baseMs: 50, maxMs: 2_000 });
    void this.#open();
    void this.#watch();
  }

  /** The next message; undefined once stopped. Asking for it says that the one before is handled. */
  async next(): Promise<FeedMessage | undefined> {
    for (;;) {
      const message = this.take();
      if (message !== undefined || this.#stopping.signal.aborted) return message;
      await new Promise<void>((wake) => (this.#wake = wake));
    }
  }

  /** The same without waiting: undefined when the next one is not here yet. Most are, and a wait costs a turn. */
  take(): FeedMessage | undefined {
    this.#inHand = false;
    this.#queuedBytes -= this.#handledBytes;
    this.#handledBytes = 0;
    this.#pull();
    if (this.#stopping.signal.aborted) return undefined;
    const message = this.#queue.shift();
    if (message === undefined) return undefined;
    this.#inHand = true;
    this.#handledBytes = message.data.length;
    return message;
  }

  /** Messages not handled yet, by the server's last word; undefined before its first. */
  get pending(): number | undefined {
    if (this.#serverPending === undefined) return undefined;
    return this.#serverPending + this.#queue.length + (this.#inHand ? 1 : 0);
  }

  /** The stream held nothing of ours up to here that we had not handled. 0 when that was never looked at. */
  get verified(): number {
    return this.#verified;
  }

  /** Doubts the present consumer and makes a new one behind the last message received (F2). */
  restart(reason: string): void {
    if (this.#stopping.signal.aborted) return;
    this.#tools.log.debug("feed_restarted", { ...this.#names, reason, after: this.#cursor });
    this.#discard();
    void this.#open();
  }

  stop(): void {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort();
    this.#discard();
    this.#wake?.();
  }

  get #names() {
    return { stream: this.#options.stream, subject: this.#options.subject };
  }

  async #open(): Promise<void> {
    if (this.#opening) return;
    this.#opening = true;
    const { manager, clock, log, connection } = this.#tools;
    while (this.#consumer === undefined && !this.#stopping.signal.aborted) {
      const inbox = createInbox();
      let subscription: Subscription | undefined;
      try {
        subscription = connection.subscribe(`${inbox}.*`, {
          callback: (_error, message) => this.#receive(inbox, message),
        });
        const { name, num_pending } = await manager.consumers.add(this.#options.stream, this.#config());
        await this.#compareHistory(); // no message comes before the first pull
        this.#consumer = { name, inbox, subscription, pulls: new Map(), deliverySequence: 0 };
        this.#serverPending = num_pending;
        this.#backoff.reset();
      } catch (error) {
        subscription?.unsubscribe();
        if (this.#backoff.attempts === 5) log.warn("feed_not_opened", { ...this.#names, error });
        await clock.sleep(this.#backoff.nextMs(), this.#stopping.signal);
      }
    }
    this.#opening = false;
    if (this.#stopping.signal.aborted) this.#discard();
    else this.#pull();
  }

  get #witnessed(): boolean {
    return this.#options.diverged !== undefined && this.#cursorTime !== undefined && this.#cursor > 0;
  }

  /** The stream is the one it was and reaches our cursor (F4); throws while that is in doubt. */
  async #compareHistory(): Promise<void> {
    if (this.#options.diverged === undefined) return;
    const { created, state } = await this.#tools.manager.streams.info(this.#options.stream);
    this.#created ??= created;
    // Replicas may each have a birth of their own (before 2.11): another stream is born after the message at our cursor.
    const time = this.#cursorTime;
    const later = time === undefined ? this.#cursor > 0 : Date.parse(created) > time;
    if (created !== this.#created && later) return this.#diverge("recreated");
    if (state.last_seq >= this.#cursor) {
      this.#shortReads = 0;
    } else if (++this.#shortReads >= shortReadsMax) {
      this.#diverge("shorter than what was read");
    } else {
      throw new Error(`the stream ends at ${state.last_seq}, before ${this.#cursor}`);
    }
  }

  #diverge(why: string): void {
    if (this.#stopping.signal.aborted) return;
    this.stop();
    this.#options.diverged?.(why);
  }

  #config(): Partial<ConsumerConfig> {
    return {
      ack_policy: "none",
      deliver_policy: "by_start_sequence",
      // The message at the cursor comes again, as a witness (F4).
      opt_start_seq: this.#witnessed ? this.#cursor : this.#cursor + 1,
      filter_subject: this.#options.subject,
      inactive_threshold: nanos(consumerIdleMs),
      mem_storage: true,
      num_replicas: 1,
    };
  }

  /** Keeps up to two pulls open as long as their bytes and the queue's fit below the bound (F3). */
  #pull(): void {
    const consumer = this.#consumer;
    if (consumer === undefined || consumer.pulls.size >= pullsInFlight) return;
    if (this.#tools.connection.isClosed()) return;
    let asked = this.#queuedBytes;
    for (const { bytesLeft } of consumer.pulls.values()) asked += bytesLeft;
    while (
      consumer.pulls.size < pullsInFlight &&
      (asked === 0 || asked + this.#pullBytes <= this.#options.bytesInFlightMax)
    ) {
      const reply = `${consumer.inbox}.${(this.#serial++).toString(36)}`;
      const request = { batch: pullMessagesMax, max_bytes: this.#pullBytes, expires: nanos(pullExpiresMs) };
      consumer.pulls.set(reply, {
        bytesLeft: this.#pullBytes,
        messagesLeft: pullMessagesMax,
        startedMs: this.#tools.clock.monotonicMs(),
      });
      asked += this.#pullBytes;
      const subject = `$JS.API.CONSUMER.MSG.NEXT.${this.#options.stream}.${consumer.name}`;
      this.#tools.connection.publish(subject, JSON.stringify(request), { reply });
    }
  }

  #receive(inbox: string, message: Msg): void {
    const consumer = this.#consumer;
    if (consumer === undefined || consumer.inbox !== inbox) return; // of a consumer we gave up
    const delivery = parseDelivery(message.reply);
    if (delivery === undefined) return this.#pullEnded(consumer, message.subject, message.headers?.code ?? 0);

    if (delivery.deliverySequence !== consumer.deliverySequence + 1) return this.restart("gap");
    consumer.deliverySequence = delivery.deliverySequence;
    this.#spend(consumer, message);
    this.#serverPending = delivery.pending;
    if (delivery.sequence <= this.#cursor) {
      const differs = delivery.sequence === this.#cursor && delivery.time !== this.#cursorTime;
      if (differs && this.#witnessed) this.#diverge("another message where we read"); // F4
      return; // F1
    }
    this.#cursor = delivery.sequence;
    this.#cursorTime = delivery.time;
    this.#progressed = true;
    this.#queuedBytes += message.data.length;
    this.#queue.push({
      sequence: delivery.sequence,
      subject: this.#exactSubject ?? message.subject,
      time: delivery.time,
      data: message.data,
      headers: message.headers,
    });
    this.#wake?.();
  }

  /** Pulls are answered in the order they were made, so a message belongs to the oldest. */
  #spend(consumer: Consumer, message: Msg): void {
    for (const [reply, pull] of consumer.pulls) {
      pull.bytesLeft = Math.max(0, pull.bytesLeft - message.data.length);
      pull.messagesLeft--;
      if (pull.messagesLeft === 0) consumer.pulls.delete(reply);
      return;
    }
  }

  #pullEnded(consumer: Consumer, reply: string, code: number): void {
    if (code === 100) return; // a heartbeat
    const pull = consumer.pulls.get(reply);
    consumer.pulls.delete(reply);
    if (code === 503 || (code === 409 && pull === undefined)) return this.restart(`status ${code}`);
    // Nothing of a whole pull fitted: one message is larger than it. Ask for more next time, up to the server's limit.
    const untouched = code === 409 && pull?.messagesLeft === pullMessagesMax && this.#queue.length === 0;
    if (untouched)
      this.#pullBytes = Math.min(
        this.#pullBytes * 2,
        2 * (this.#tools.connection.info?.max_payload ?? 1_048_576),
      );
    this.#pull();
  }

  async #watch(): Promise<void> {
    const { clock, log } = this.#tools;
    while (!this.#stopping.signal.aborted) {
      await clock.sleep(this.#options.watchdogMs, this.#stopping.signal);
      const silent = !this.#progressed && this.#queue.length === 0;
      this.#progressed = false;
      const consumer = this.#consumer;
      if (consumer?.pulls.size === 0) await this.#askPending(consumer);
      if (!silent || consumer === undefined || this.#stopping.signal.aborted) continue;
      const overdueMs = clock.monotonicMs() - pullOverdueMs;
      if ([...consumer.pulls.values()].some(({ startedMs }) => startedMs < overdueMs)) {
        this.restart("pull overdue");
        continue;
      }
      try {
        const last = await this.#options.look(Math.max(this.#cursor, this.#verified));
        const stillSilent = this.#consumer === consumer && !this.#progressed && this.#queue.length === 0;
        if (!stillSilent) continue;
        if (last.stream < this.#cursor) this.restart("stream is shorter");
        else if (last.subject > this.#cursor) this.restart("stream is ahead");
        else if (!this.#inHand) this.#verified = last.stream;
      } catch (error) {
        log.debug("feed_not_checked", { ...this.#names, error }); // the next round asks again
      }
    }
  }

  /** While the handler keeps us from asking for more, no delivery says how much there is. */
  async #askPending({ name }: Consumer): Promise<void> {
    try {
      const { num_pending } = await this.#tools.manager.consumers.info(this.#options.stream, name);
      if (this.#consumer?.name === name && this.#consumer.pulls.size === 0) this.#serverPending = num_pending;
    } catch {
      // away, or the consumer is gone: the next pull finds out
    }
  }

  #discard(): void {
    const consumer = this.#consumer;
    this.#consumer = undefined;
    if (consumer === undefined) return;
    consumer.subscription.unsubscribe();
    if (this.#tools.connection.isClosed()) return;
    this.#tools.manager.consumers.delete(this.#options.stream, consumer.name).catch(() => {}); // it expires by itself
  }
}
