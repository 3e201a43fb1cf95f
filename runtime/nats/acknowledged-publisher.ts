import { Buffer } from "node:buffer";
import type { Msg, MsgHdrs, NatsConnection } from "@nats-io/transport-node";
import { assert } from "../../protocols/assert.ts";
import { messageTooLarge, notPermitted } from "./error-codes.ts";
import type { NoAnswer, ReplyInbox } from "./reply-inbox.ts";

// JetStream appends, acknowledged through the connection's own inbox.
//   P1. Every publish settles exactly once: acknowledged, refused, or unknown after its deadline or a disconnect.
//   P2. "unknown" means unknown: the server may store the message later. Only a resend or a read settles it.

export interface PublishOptions {
  readonly messageId?: string;
  /** The append is refused unless this is the last sequence of its subject (0: none yet). */
  readonly expectedSequence?: number;
  readonly timeoutMs: number;
  /** Marks the subject as deleted, in the way of NATS' own key-value store. */
  readonly tombstone?: boolean;
}

export type PublishOutcome =
  | { readonly kind: "stored"; readonly sequence: number }
  /** The server said no; nothing of this attempt is stored. */
  | { readonly kind: "refused"; readonly code: number; readonly description: string }
  | {
      readonly kind: "unknown";
      readonly reason: Exclude<NoAnswer, "not_permitted"> | "no_responders" | "not_stored_yet";
    };

interface PublishAnswer {
  readonly seq?: number;
  readonly error?: { readonly err_code?: number; readonly code: number; readonly description?: string };
}

/** Ours: a message id of up to 400 bytes, an expectation, their names. They count as part of the message. */
const headerBytesMax = 512;

export class AcknowledgedPublisher {
  readonly #connection: NatsConnection;
  readonly #answers: ReplyInbox;
  #pending = 0;
  #bytes = 0;

  constructor(connection: NatsConnection, answers: ReplyInbox) {
    this.#connection = connection;
    this.#answers = answers;
  }

  /** Bytes sent and not yet settled. */
  get inFlightBytes(): number {
    return this.#bytes;
  }

  /** Publishes that are not settled yet. */
  get pendingCount(): number {
    return this.#pending;
  }

  publish(subject: string, data: Uint8Array, options: PublishOptions): Promise<PublishOutcome> {
    if (this.#connection.isClosed()) return Promise.resolve({ kind: "unknown", reason: "closed" });
    if (!this.#answers.connected) return Promise.resolve({ kind: "unknown", reason: "disconnected" });
    const bytesMax = this.#connection.info?.max_payload ?? 1_048_576;
    if (data.length + headerBytesMax > bytesMax) {
      const description = `a message of ${data.length} bytes exceeds the server's ${bytesMax}`;
      return Promise.resolve({ kind: "refused", code: messageTooLarge, description });
    }
    return new Promise((settle) => {
      const reply = this.#answers.expect(subject, options.timeoutMs, (answer) => {
        this.#pending--;
        this.#bytes -= data.length;
        settle(outcomeOf(answer, subject));
      });
      this.#pending++;
      this.#bytes += data.length;
      this.#connection.publish(subject, data, { reply, ...headersOf(options) });
    });
  }
}

function outcomeOf(answer: Msg | NoAnswer, subject: string): PublishOutcome {
  if (answer === "not_permitted") {
    return { kind: "refused", code: notPermitted, description: `not permitted to publish to ${subject}` };
  }
  if (typeof answer === "string") return { kind: "unknown", reason: answer };
  if (answer.data.length === 0) return { kind: "unknown", reason: "no_responders" };
  const { seq, error } = answer.json<PublishAnswer>();
  if (error !== undefined) {
    const { err_code: code = error.code, description = "" } = error;
    return { kind: "refused", code, description };
  }
  assert(typeof seq === "number", "a JetStream acknowledgement has a sequence");
  // A cluster before 2.11 says so of the repetition of a message that it has accepted and not stored: it may still lose it.
  if (seq === 0) return { kind: "unknown", reason: "not_stored_yet" };
  return { kind: "stored", sequence: seq };
}

/**
 * Encoded by hand: the library encodes what is published and asks nothing else of it, and its own class takes a
 * microsecond for each. Fresh for each message: a shared object would carry one message's id to the next.
 */
function headersOf({ messageId, expectedSequence, tombstone = false }: PublishOptions) {
  if (messageId === undefined && expectedSequence === undefined && !tombstone) return {};
  let text = "NATS/1.0\r\n";
  if (messageId !== undefined) {
    assert(!/[\r\n]/.test(messageId), "a message id is one line");
    text += `Nats-Msg-Id: ${messageId}\r\n`;
  }
  if (expectedSequence !== undefined) text += `Nats-Expected-Last-Subject-Sequence: ${expectedSequence}\r\n`;
  if (tombstone) text += "KV-Operation: DEL\r\n";
  const bytes = Buffer.from(`${text}\r\n`);
  return { headers: { encode: () => bytes } as unknown as MsgHdrs };
}
