import type { EpochMs } from "../protocols/time.ts";
import type { Reply } from "../protocols/errors.ts";

/** What `handle` asks the runtime to do. Nothing in it has happened yet. */
export interface Step<Event, Effect, Failed> {
  readonly events: readonly Event[];
  readonly reply: Reply<unknown, Failed>;
  readonly effects?: readonly Effect[];
}

/** Facts of the commit, handed in so that replay sees the same. */
export interface HandleContext {
  readonly key: string;
  readonly at: EpochMs;
  /** Who asked: a token's prefix, or the name of a process. */
  readonly by: string;
  /** Random bytes of this commit, hex; the only chance a handler may use. */
  readonly entropy: string;
}

/**
 * An entity actor: command → events → state. `handle` and `apply` are pure and synchronous; the runtime journals
 * the events before the reply leaves, then performs the effects (at least once, each with its own key).
 */
export interface Behaviour<State, Message, Event, Effect, Failed> {
  readonly kind: string;
  /** Version of `State`: a snapshot of another version is ignored and the journal replayed instead. */
  readonly version: number;
  init(key: string): State;
  /** Parses an incoming message; a throw answers `invalid_message`. */
  parse(message: unknown): Message;
  handle(state: State, message: Message, context: HandleContext): Step<Event, Effect, Failed>;
  apply(state: State, event: Event, at: { readonly sequence: number; readonly time: EpochMs }): State;
  perform?(effect: Effect, io: { readonly key: string; readonly idempotencyKey: string }): Promise<void>;
  /** Effects to run again after an activation, for those a crash may have cut off. Must be idempotent. */
  resume?(state: State, key: string): readonly Effect[];
  readonly snapshotEveryCommits?: number;
}
