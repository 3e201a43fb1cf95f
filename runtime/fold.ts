import type { Reply } from "../protocols/errors.ts";
import type { EpochMs } from "../protocols/time.ts";

/** One stream message as a fold sees it. `data` is valid during the call only. */
export interface FoldInput {
  readonly sequence: number;
  readonly time: EpochMs;
  readonly data: Uint8Array;
}

/** What a fold tells the rest of the system after it moved. Best effort; the state is the truth. */
export interface Notice {
  readonly subject: string;
  readonly data: unknown;
}

/** What a fold hands to another subject, often that of another fold. */
export interface Outgoing {
  readonly subject: string;
  /** Message id, the same in every replay: made from the fold's key and the position it came of. */
  readonly id: string;
  readonly data: Uint8Array;
}

/** Where a fold's messages are kept, in another form, when its stream has forgotten them. */
export interface FoldPast<State> {
  /** The message up to which it holds everything. */
  reach(): Promise<Reply<number>>;
  /**
   * Folds all that it holds up to a message into a state that is new. `folded` is called now and then, with how many
   * records there were since, and how much of the way is done, 0 to 1; it may throw, and nothing is folded any more.
   */
  fold(
    state: State,
    key: string,
    upTo: number,
    folded: (records: number, share: number) => Promise<void>,
  ): Promise<Reply<void>>;
  /** Before the state takes the live one's place: what waits there to be sent waits here. Says what speaks against it. */
  takeOver(state: State, live: State): Reply<void>;
}

/**
 * A fold actor: one subject of a stream → state. State and stream position are snapshotted together, so each
 * message counts exactly once. `fold` may mutate the state in place and must depend on nothing but its inputs. A message
 * whose `fold` throws is set aside and passed; what it had changed by then stays, so parse before you change anything.
 */
export interface FoldBehaviour<State, Failed> {
  readonly kind: string;
  /** Version of the encoded state; a snapshot of another version is ignored and the stream folded anew. */
  readonly version: number;
  readonly stream: string;
  /** The one subject this fold reads, from its key. */
  subjectOf(key: string): string;
  init(key: string): State;
  fold(state: State, input: FoldInput): void;
  encode(state: State): Uint8Array;
  decode(bytes: Uint8Array): State;
  /**
   * Answers a question from memory. `position` is the last stream sequence that is folded (0: none), or a later one up to
   * which there is nothing to fold. It goes back only with a stream that was rolled back.
   */
  ask(
    state: State,
    message: unknown,
    at: { readonly key: string; readonly position: number },
  ): Reply<unknown, Failed>;
  /** What a person who looks at the state is shown; absent: the state, as far as its own properties say it. */
  outline?(state: State): unknown;
  /** Called at most every `noticeIntervalMs` after progress; drains what changed. */
  notices?(state: State, at: { readonly key: string; readonly position: number }): readonly Notice[];
  /**
   * What waits in the state to be written to other subjects, the first `max` of it. It is sent, again after a crash,
   * until `sent` took it out of the state. Nothing is promised about order, so receivers count by id.
   */
  outgoing?(state: State, at: { readonly key: string }, max: number): readonly Outgoing[];
  sent?(state: State, ids: ReadonlySet<string>): void;
  /** Absent: what the stream has forgotten cannot be folded again. */
  readonly past?: FoldPast<State>;
  readonly noticeIntervalMs?: number;
  readonly snapshotEveryMessages?: number;
}
