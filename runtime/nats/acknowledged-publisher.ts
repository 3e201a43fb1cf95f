import { headers } from "@nats-io/transport-node";
import type { Msg, NatsConnection, Subscription } from "@nats-io/transport-node";
import { assert } from "../../protocols/assert.ts";
import type { Clock } from "../ports/clock.ts";

// JetStream appends with our own acknowledgement inbox: one wildcard subscription and a map of pending tokens cost a
// few microseconds a message, the client's request machinery about 43.
//   P1. Every publish settles exactly once: acknowledged, refused, or unknown after its deadline or a disconnect.
//   P2. "unknown" means unknown: the server may store the message later. Only a resend or a read settles it.

export interface PublishOptions {
  readonly messageId?: string;
  /** The append is refused unless this is the last sequence of its subject (0: none yet). */
  readonly expectedSequence?: number;
  readonly timeoutMs: number;
}

export type PublishOutcome =
  | { readonly kind: "stored"; readonly sequence: number }
  /** The server said no; nothing of this attempt is stored. */
  | { readonly kind: "refused"; readonly code: number; readonly description: string }
  | { readonly kind: "unknown"; readonly reason: "timeout" | "no_responders" | "disconnected" | "closed" };

interface Pending {
  readonly bytes: number;
  readonly deadlineMs: number;
  readonly settle: (outcome: PublishOutcome) => void;
}

interface PublishAnswer {
  readonly seq?: number;
  readonly error?: { readonly err_code?: number; readonly code: number; readonly description?: string };
}

/** A timed-out publish is noticed this late at most; one timer serves them all. */
const sweepIntervalMs = 25;

export class AcknowledgedPublisher {
  readonly #connection: NatsConnection;
  readonly #clock: Clock;
  readonly #prefix: string;
  readonly #subscription: Subscription;
  readonly #pending = new Map<string, Pending>();
  #serial = 0;
  #bytes = 0;
  #connected = true;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(connection: NatsConnection, clock: Clock, inbox: string) {
    this.#connection = connection;
    this.#clock = clock;
    this.#prefix = `${inbox}.`;
    this.#subscription = connection.subscribe(`${inbox}.*`, {
      callback: (_error, message) => this.#acknowledge(message),
    });
  }

  /** Bytes sent and not yet settled. */
  get inFlightBytes(): number {
    return this.#bytes;
  }

  /** Publishes that are not settled yet. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  publish(subject: string, data: Uint8Array, options: PublishOptions): Promise<PublishOutcome> {
    if (this.#connection.isClosed()) return Promise.resolve({ kind: "unknown", reason: "closed" });
    if (!this.#connected) return Promise.resolve({ kind: "unknown", reason: "disconnected" });
    const bytesMax = this.#connection.info?.max_payload ?? 1_048_576;
    assert(data.length <= bytesMax, `a message of ${data.length} bytes exceeds the server's ${bytesMax}`);
    const reply = `${this.#prefix}${(this.#serial++).toString(36)}`;
    return new Promise((settle) => {
      this.#pending.set(reply, {
        bytes: data.length,
        deadlineMs: this.#clock.monotonicMs() + options.timeoutMs,
        settle,
      });
      this.#bytes += data.length;
      this.#connection.publish(subject, data, { reply, ...headersOf(options) });
      this.#sweeper ??= setInterval(() => this.#sweep(), sweepIntervalMs);
    });
  }

  /** Acknowledgements of what was in flight can no longer arrive: the connection that carried them is gone. */
  connectionLost(): void {
    this.#connected = false;
    for (const token of this.#pending.keys())
      this.#settle(token, { kind: "unknown", reason: "disconnected" });
  }

  connectionRestored(): void {
    this.#connected = true;
  }

  close(): void {
    this.connectionLost();
    this.#subscription.unsubscribe();
  }

  #acknowledge(message: Msg): void {
    if (message.data.length === 0)
      return this.#settle(message.subject, { kind: "unknown", reason: "no_responders" });
    const { seq, error } = message.json<PublishAnswer>();
    if (error !== undefined) {
      const { err_code: code = error.code, description = "" } = error;
      return this.#settle(message.subject, { kind: "refused", code, description });
    }
    assert(typeof seq === "number", "a JetStream acknowledgement has a sequence");
    this.#settle(message.subject, { kind: "stored", sequence: seq });
  }

  #settle(token: string, outcome: PublishOutcome): void {
    const pending = this.#pending.get(token);
    if (pending === undefined) return; // late: already settled as unknown (P1)
    this.#pending.delete(token);
    this.#bytes -= pending.bytes;
    pending.settle(outcome);
    if (this.#pending.size === 0) {
      clearInterval(this.#sweeper);
      this.#sweeper = undefined;
    }
  }

  #sweep(): void {
    const now = this.#clock.monotonicMs();
    for (const [token, { deadlineMs }] of this.#pending) {
      if (deadlineMs <= now) this.#settle(token, { kind: "unknown", reason: "timeout" });
    }
  }
}

/** Fresh headers for each message: a shared object would carry one message's id to the next. */
function headersOf({ messageId, expectedSequence }: PublishOptions) {
  if (messageId === undefined && expectedSequence === undefined) return {};
  const made = headers();
  if (messageId !== undefined) made.set("Nats-Msg-Id", messageId);
  if (expectedSequence !== undefined)
    made.set("Nats-Expected-Last-Subject-Sequence", String(expectedSequence));
  return { headers: made };
}
