import type { Msg, NatsConnection, Subscription } from "@nats-io/transport-node";
import type { Clock } from "../ports/clock.ts";

// Answers to what we sent: one wildcard subscription, a map of tokens and one timer cost a few microseconds a message.
// The client library makes two errors, a race of promises and a timer for each, which is most of what a request costs.
//   I1. Every expectation settles exactly once: with an answer, or with why there will be none.
//   I2. No answer says nothing about the message: whoever got it may still act on it.

export type NoAnswer = "timeout" | "disconnected" | "closed" | "not_permitted";

interface Expectation {
  readonly subject: string;
  readonly deadlineMs: number;
  readonly settle: (answer: Msg | NoAnswer) => void;
}

/** A missing answer is noticed this late at most; one timer serves them all. */
const sweepIntervalMs = 25;

export class ReplyInbox {
  readonly #clock: Clock;
  readonly #prefix: string;
  readonly #subscription: Subscription;
  readonly #expected = new Map<string, Expectation>();
  #serial = 0;
  #connected = true;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(connection: NatsConnection, clock: Clock, inbox: string) {
    this.#clock = clock;
    this.#prefix = `${inbox}.`;
    this.#subscription = connection.subscribe(`${inbox}.*`, {
      callback: (_error, message) => this.#settle(message.subject, message),
    });
  }

  /** Expectations that are not settled yet. */
  get size(): number {
    return this.#expected.size;
  }

  /** Answers can arrive; while they cannot, nothing should be sent that expects one. */
  get connected(): boolean {
    return this.#connected;
  }

  /** Expects one answer to a message that is about to be sent to `subject`; returns the reply subject to name in it. */
  expect(subject: string, timeoutMs: number, settle: (answer: Msg | NoAnswer) => void): string {
    const token = this.#prefix + (this.#serial++).toString(36);
    this.#expected.set(token, { subject, deadlineMs: this.#clock.monotonicMs() + timeoutMs, settle });
    this.#sweeper ??= setInterval(() => this.#sweep(), sweepIntervalMs);
    return token;
  }

  /** Answers to what is under way can no longer arrive: the connection that carried the questions is gone. */
  connectionLost(): void {
    this.#connected = false;
    for (const token of this.#expected.keys()) this.#settle(token, "disconnected");
  }

  connectionRestored(): void {
    this.#connected = true;
  }

  /** The server said that we may not publish there: nothing of what we sent to that subject went anywhere. */
  notPermitted(subject: string): void {
    for (const [token, expectation] of this.#expected) {
      if (expectation.subject === subject) this.#settle(token, "not_permitted");
    }
  }

  close(): void {
    this.connectionLost();
    this.#subscription.unsubscribe();
  }

  #settle(token: string, answer: Msg | NoAnswer): void {
    const expectation = this.#expected.get(token);
    if (expectation === undefined) return; // late: settled before (I1)
    this.#expected.delete(token);
    if (this.#expected.size === 0) {
      clearInterval(this.#sweeper);
      this.#sweeper = undefined;
    }
    expectation.settle(answer);
  }

  #sweep(): void {
    const now = this.#clock.monotonicMs();
    for (const [token, { deadlineMs }] of this.#expected) {
      if (deadlineMs <= now) this.#settle(token, "timeout");
    }
  }
}
