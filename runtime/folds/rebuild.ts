import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply, RuntimeFailure } from "../../protocols/errors.ts";
import type { FoldBehaviour } from "../fold.ts";
import type { Address } from "../messaging/address.ts";
import type { Clock } from "../ports/clock.ts";
import type { StreamReader } from "../ports/connection.ts";
import { isOfNewerVersion } from "./newer-version.ts";

// A fold's state made again from the first message of its stream, beside the live one, and put in its place when level.
//   U1. Both are asked the same question at the same position, in one turn, so that what differs is a defect.
//   U2. The live fold is held back only for the last few messages; until then it goes on.
//   U3. What the live fold has handed on is not handed on again: of all that the new state would send, only what waits in
//       the live one as well still waits after the swap.
//   U4. A stream that no longer holds its first message cannot tell the past: nothing is replaced then.

/** What a live fold lets a rebuild do. */
export interface Rebuildable {
  readonly behaviour: FoldBehaviour<unknown, unknown>;
  readonly address: Address;
  live(): { readonly state: unknown; readonly position: number };
  /** Holds the live fold back, between two messages. Answers how to let it go on. */
  hold(): () => void;
  swap(state: unknown): void;
}

/** Holds a fold back between two messages. */
export class Hold {
  /** Resolves when it may go on; undefined while it may. */
  end: Promise<void> | undefined;

  /** Answers how to end it. */
  begin(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.end = promise.then(() => (this.end = undefined));
    return resolve;
  }
}

export interface RebuildTools {
  readonly reader: Pick<StreamReader, "readRange" | "bounds">;
  readonly clock: Clock;
}

export interface Rebuilt {
  readonly position: number;
  readonly messages: number;
  readonly tookMs: number;
  /** The answers of the live state and of the one made again. */
  readonly before: unknown;
  readonly after: unknown;
  readonly swapped: boolean;
}

/** The loop belongs to the live actors as well. */
const turnMsMax = 5;
/** Rounds in which the new state follows the live one before that is held back. */
const chasesMax = 5;
const levelMessages = 20;
const everything = Number.MAX_SAFE_INTEGER;

export async function rebuild(
  target: Rebuildable,
  { question, dryRun }: { readonly question: unknown; readonly dryRun: boolean },
  tools: RebuildTools,
): Promise<Reply<Rebuilt, RuntimeFailure>> {
  const { behaviour, address } = target;
  const beganMs = tools.clock.monotonicMs();
  const { first } = await tools.reader.bounds(behaviour.stream);
  if (first > 1) return begins(first); // U4
  const aside = new Aside(target, tools);
  const waitingIds = (state: unknown): Set<string> =>
    new Set((behaviour.outgoing?.(state, address, everything) ?? []).map(({ id }) => id));
  aside.waitingAtStart = waitingIds(target.live().state);
  for (let chase = 0; chase < chasesMax; chase++) {
    const { position } = target.live();
    await aside.foldTo(position);
    if (target.live().position - position < levelMessages) break;
  }
  const release = target.hold(); // U2
  try {
    const { state, position } = target.live();
    await aside.foldTo(position);
    const at = { key: address.key, position };
    const [before, after] = [state, aside.state].map((each) => behaviour.ask(each, question, at)); // U1
    if (!dryRun) {
      const waiting = waitingIds(state);
      aside.forget((id) => !waiting.has(id)); // U3
      target.swap(aside.state);
    }
    const tookMs = tools.clock.monotonicMs() - beganMs;
    return succeed({ position, messages: aside.messages, tookMs, before, after, swapped: !dryRun });
  } finally {
    release();
  }
}

class Aside {
  readonly state: unknown;
  messages = 0;
  waitingAtStart: ReadonlySet<string> = new Set();
  readonly #target: Rebuildable;
  readonly #tools: RebuildTools;
  readonly #liveAtStart: number;
  #position = 0;
  #turnMs: number;

  constructor(target: Rebuildable, tools: RebuildTools) {
    this.#target = target;
    this.#tools = tools;
    this.#liveAtStart = target.live().position;
    this.#turnMs = tools.clock.monotonicMs();
    this.state = target.behaviour.init(target.address.key);
  }

  async foldTo(upTo: number): Promise<void> {
    const { behaviour, address } = this.#target;
    const { reader, clock } = this.#tools;
    if (upTo <= this.#position) return;
    const subject = behaviour.subjectOf(address.key);
    const range = { stream: behaviour.stream, subject, from: this.#position + 1, to: upTo };
    for await (const message of reader.readRange(range)) {
      try {
        behaviour.fold(this.state, message);
      } catch (error) {
        if (isOfNewerVersion(error)) throw error;
        // The live fold has set it aside and gone on; so do we.
      }
      this.messages++;
      // U3: sent long ago, and a history of it would fill the memory.
      if (message.sequence <= this.#liveAtStart) this.forget((id) => !this.waitingAtStart.has(id));
      if (clock.monotonicMs() - this.#turnMs < turnMsMax) continue;
      await clock.turn();
      this.#turnMs = clock.monotonicMs();
    }
    this.#position = upTo;
  }

  forget(isSent: (id: string) => boolean): void {
    const { behaviour, address } = this.#target;
    const waiting = behaviour.outgoing?.(this.state, address, everything) ?? [];
    if (waiting.length === 0) return;
    behaviour.sent?.(this.state, new Set(waiting.map(({ id }) => id).filter(isSent)));
  }
}

const begins = (first: number): Reply<never, RuntimeFailure> =>
  fail({
    code: "invalid_message",
    issues: [
      { path: "", message: `the stream begins at ${first} now: what it held before cannot be folded again` },
    ],
  });
