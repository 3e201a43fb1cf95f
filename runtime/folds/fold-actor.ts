import { fail } from "../../protocols/errors.ts";
import type { Activation } from "../hosting/activation.ts";
import type { ActorTools } from "../hosting/actor-tools.ts";
import type { Address } from "../messaging/address.ts";
import { addressText } from "../messaging/address.ts";
import { Backoff } from "../backoff.ts";
import { moved } from "../messaging/command.ts";
import type { ActorReply, Command } from "../messaging/command.ts";
import type { Following, StreamMessage } from "../ports/connection.ts";
import type { FoldBehaviour } from "../fold.ts";
import { mailboxLengthMax, mailboxRetryAfterMs } from "../limits.ts";
import { originalBytes, reasonOf, setAside } from "../dead-letters.ts";

// One live fold.
//   S1. State and position move together, and are snapshotted together: each message counts exactly once.
//   S2. A message that cannot be folded is written aside, then passed: one bad message stops nothing.

export type AnyFold = FoldBehaviour<unknown, unknown>;

const snapshotEveryMessagesDefault = 5_000;
/** A quiet fold is at most this far behind in what a restart must read again. */
const snapshotAfterMs = 10_000;
const noticeIntervalMsDefault = 100;
/** A full queue of messages must not keep timers and asks waiting. */
const turnMsMax = 10;

export class FoldActor implements Activation {
  readonly #behaviour: AnyFold;
  readonly #address: Address;
  readonly #tools: ActorTools;
  readonly #stopping = new AbortController();
  readonly #opened: Promise<void>;
  #state: unknown;
  #position = 0;
  #following: Following | undefined;
  #waiting = 0;
  #usedMs: number;
  #turnStartedMs = 0;
  #unsaved = 0;
  #saved = 0;
  #saving: Promise<void> | undefined;
  #saveDue = false;
  #noticeDue = false;

  constructor(behaviour: AnyFold, address: Address, tools: ActorTools) {
    this.#behaviour = behaviour;
    this.#address = address;
    this.#tools = tools;
    this.#usedMs = tools.clock.monotonicMs();
    this.#state = behaviour.init(address.key);
    this.#opened = this.#open();
  }

  get busy(): boolean {
    return this.#waiting > 0;
  }

  get usedMs(): number {
    return this.#usedMs;
  }

  async ask({ message }: Command): Promise<ActorReply> {
    this.#usedMs = this.#tools.clock.monotonicMs();
    if (this.#following === undefined) {
      if (this.#waiting >= mailboxLengthMax)
        return fail({ code: "mailbox_full", retryAfterMs: mailboxRetryAfterMs });
      this.#waiting++;
      await this.#opened;
      this.#waiting--;
    }
    if (this.#stopping.signal.aborted) return moved;
    this.#tools.metrics.commands(1, { kind: this.#behaviour.kind });
    return this.#behaviour.ask(this.#state, message, this.#at) as ActorReply;
  }

  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort();
    await this.#opened;
    await this.#following?.stop();
    await this.#saving;
    await this.#save();
  }

  get #at() {
    return { key: this.#address.key, position: this.#position };
  }

  async #open(): Promise<void> {
    const { clock, random, log, reader } = this.#tools;
    const backoff = new Backoff(random, { maxMs: 5_000 });
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#restore();
        const { stream } = this.#behaviour;
        const subject = this.#behaviour.subjectOf(this.#address.key);
        this.#following = await reader.follow({ stream, subject, after: this.#position }, (message) =>
          this.#fold(message),
        );
        return;
      } catch (error) {
        log.warn("fold_not_opened", { actor: addressText(this.#address), error });
        await clock.sleep(backoff.nextMs(), this.#stopping.signal);
      }
    }
  }

  async #restore(): Promise<void> {
    const snapshot = await this.#tools.snapshots.load(this.#address, this.#behaviour.version);
    if (snapshot === undefined) return;
    try {
      this.#state = this.#behaviour.decode(snapshot.bytes);
      this.#position = snapshot.position;
      this.#saved = snapshot.position;
    } catch (error) {
      this.#tools.log.warn("snapshot_unreadable", { actor: addressText(this.#address), error });
      this.#state = this.#behaviour.init(this.#address.key);
    }
  }

  async #fold(message: StreamMessage): Promise<void> {
    try {
      this.#behaviour.fold(this.#state, message);
    } catch (error) {
      await this.#setAside(message, error); // S2
    }
    this.#position = message.sequence; // S1
    this.#tools.metrics.foldedMessages(1, { kind: this.#behaviour.kind });
    this.#unsaved++;
    if (this.#unsaved >= (this.#behaviour.snapshotEveryMessages ?? snapshotEveryMessagesDefault))
      void this.#save();
    this.#scheduleSave();
    this.#scheduleNotices();
    const nowMs = this.#tools.clock.monotonicMs();
    if (nowMs - this.#turnStartedMs > turnMsMax) {
      await this.#tools.clock.turn();
      this.#turnStartedMs = this.#tools.clock.monotonicMs();
    }
  }

  async #setAside(message: StreamMessage, error: unknown): Promise<void> {
    const { kind, stream } = this.#behaviour;
    const { sequence, subject, data } = message;
    const { key } = this.#address;
    await setAside(
      this.#tools,
      {
        what: "message",
        kind,
        key,
        id: `${key}-${sequence}`,
        place: { stream, subject, sequence },
        ...reasonOf(error),
        original: originalBytes(data),
      },
      this.#stopping.signal,
    );
  }

  #scheduleSave(): void {
    if (this.#saveDue) return;
    this.#saveDue = true;
    void this.#tools.clock.sleep(snapshotAfterMs, this.#stopping.signal).then(() => {
      this.#saveDue = false;
      return this.#stopping.signal.aborted ? undefined : this.#save(); // stop() saves by itself
    });
  }

  /** One at a time; what is folded meanwhile belongs to the next. */
  #save(): Promise<void> {
    if (this.#saving !== undefined || this.#position === this.#saved)
      return this.#saving ?? Promise.resolve();
    const position = this.#position;
    const { version } = this.#behaviour;
    const actor = addressText(this.#address);
    this.#unsaved = 0;
    const save = async (): Promise<void> => {
      try {
        await this.#tools.snapshots.save(this.#address, {
          version,
          position,
          bytes: this.#behaviour.encode(this.#state),
        });
        this.#saved = position;
      } catch (error) {
        this.#tools.log.warn("snapshot_failed", { actor, position, error }); // the next one covers it
      }
      this.#saving = undefined;
    };
    this.#saving = save();
    return this.#saving;
  }

  #scheduleNotices(): void {
    if (this.#noticeDue || this.#behaviour.notices === undefined) return;
    this.#noticeDue = true;
    const intervalMs = this.#behaviour.noticeIntervalMs ?? noticeIntervalMsDefault;
    void this.#tools.clock.sleep(intervalMs, this.#stopping.signal).then(() => {
      this.#noticeDue = false;
      if (!this.#stopping.signal.aborted) this.#notify();
    });
  }

  #notify(): void {
    try {
      for (const { subject, data } of this.#behaviour.notices?.(this.#state, this.#at) ?? []) {
        this.#tools.messaging.publish(subject, data);
      }
    } catch (error) {
      this.#tools.log.error("notices_failed", { actor: addressText(this.#address), error });
    }
  }
}
