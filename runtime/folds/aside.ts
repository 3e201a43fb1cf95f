import type { Reply } from "../../protocols/errors.ts";
import type { FoldBehaviour, FoldPast } from "../fold.ts";
import type { Address } from "../messaging/address.ts";
import type { Clock } from "../ports/clock.ts";
import type { StreamReader } from "../ports/connection.ts";
import { isOfNewerVersion } from "./newer-version.ts";

/** The loop belongs to the live actors as well. */
const turnMsMax = 5;
const everything = Number.MAX_SAFE_INTEGER;

export interface AsideTools {
  readonly reader: Pick<StreamReader, "readRange">;
  readonly clock: Clock;
  /** Throws when nobody wants the state any more. */
  readonly check: () => void;
}

export interface AsideOf {
  readonly behaviour: FoldBehaviour<unknown, unknown>;
  readonly address: Address;
}

/** A fold's state made again beside the live one. */
export class Aside {
  readonly state: unknown;
  messages = 0;
  /** Out of the past. */
  records = 0;
  /** Of the past, 0 to 1. */
  share = 0;
  /** Whether what is handed on at this message is of no use: it was sent long ago, and would fill the memory. */
  isSent: (sequence: number, id: string) => boolean = () => false;
  readonly #of: AsideOf;
  readonly #tools: AsideTools;
  #position = 0;
  #turnMs: number;

  constructor(of: AsideOf, tools: AsideTools) {
    this.#of = of;
    this.#tools = tools;
    this.#turnMs = tools.clock.monotonicMs();
    this.state = of.behaviour.init(of.address.key);
  }

  /** First, if at all. */
  async foldPast(past: FoldPast<unknown>, upTo: number): Promise<Reply<void>> {
    const done = await past.fold(this.state, this.#of.address.key, upTo, async (records, share) => {
      this.records += records;
      this.share = share;
      this.forget((id) => this.isSent(0, id));
      await this.#turn();
    });
    this.#position = upTo;
    return done;
  }

  async foldTo(upTo: number): Promise<void> {
    const { behaviour, address } = this.#of;
    if (upTo <= this.#position) return;
    const subject = behaviour.subjectOf(address.key);
    const range = { stream: behaviour.stream, subject, from: this.#position + 1, to: upTo };
    for await (const message of this.#tools.reader.readRange(range)) {
      try {
        behaviour.fold(this.state, message);
      } catch (error) {
        if (isOfNewerVersion(error)) throw error;
        // The live fold has set it aside and gone on; so do we.
      }
      this.messages++;
      this.forget((id) => this.isSent(message.sequence, id));
      await this.#turn();
    }
    this.#position = upTo;
  }

  forget(isSent: (id: string) => boolean): void {
    const { behaviour, address } = this.#of;
    const waiting = behaviour.outgoing?.(this.state, address, everything) ?? [];
    if (waiting.length === 0) return;
    behaviour.sent?.(this.state, new Set(waiting.map(({ id }) => id).filter(isSent)));
  }

  async #turn(): Promise<void> {
    const { clock, check } = this.#tools;
    if (clock.monotonicMs() - this.#turnMs < turnMsMax) return;
    await clock.turn();
    this.#turnMs = clock.monotonicMs();
    check();
  }
}
