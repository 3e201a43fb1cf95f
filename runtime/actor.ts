import type { EpochMs } from "../protocols/time.ts";
import type { Reply } from "../protocols/errors.ts";
import type { Address } from "./messaging/address.ts";

/** A message to another actor: at least once, and once in its state, since the actor remembers command ids. */
export interface Tell {
  readonly runtime: "tell";
  readonly to: Address;
  readonly message: unknown;
  /** Of the message; 1 when absent. */
  readonly version?: number;
}

/** A message to a stream: at least once, under an id that the stream's dedupe window makes once. JSON. */
export interface Publish {
  readonly runtime: "publish";
  readonly subject: string;
  readonly payload: unknown;
}

/** Effects that the runtime performs by itself. Anything else goes to the behaviour's `perform`. */
export type RuntimeEffect = Tell | Publish;
export const tell = (to: Address, message: unknown, version?: number): Tell => ({
  runtime: "tell",
  to,
  message,
  ...(version === undefined ? {} : { version }),
});
export const publish = (subject: string, payload: unknown): Publish => ({
  runtime: "publish",
  subject,
  payload,
});

/**
 * A timer has a name within its actor; setting it again moves it. When it is due, on whichever host, its message is
 * handled as a command of the actor, and counts once: what the step says is written together with the timer's end.
 */
export type TimerChange =
  | { readonly set: string; readonly at: EpochMs; readonly message: unknown }
  | { readonly cancel: string };

/** What `handle` asks the runtime to do. Nothing in it has happened yet. */
export interface Step<Event, Effect, Failed> {
  readonly events: readonly Event[];
  readonly reply: Reply<unknown, Failed>;
  /** Performed in the order of their commits, after them, at least once, also if the process dies in between. */
  readonly effects?: readonly (Effect | RuntimeEffect)[];
  readonly timers?: readonly TimerChange[];
}

/** Facts of the commit, handed in so that replay sees the same. */
export interface HandleContext {
  readonly key: string;
  /** Never goes back within an actor, whatever the machine's clock does. */
  readonly at: EpochMs;
  /** Who asked: a token's prefix, the name of a process, `timer`, or the address of an actor. */
  readonly by: string;
  /** Random bytes of this commit, hex; the only chance a handler may use. */
  readonly entropy: string;
}

export interface PerformContext<State> {
  readonly key: string;
  /** `<kind>/<key>/<number of the effect>`: the same at every attempt, on every host. */
  readonly idempotencyKey: string;
  /** The committed state, with at least the step that asked for this effect. */
  readonly state: State;
}

/**
 * An entity actor: command → events → state. `handle` and `apply` are pure and synchronous; the runtime journals
 * the step before the reply leaves, then performs the effects.
 */
export interface Behaviour<State, Message, Event, Effect, Failed> {
  readonly kind: string;
  /** Version of `State`: a snapshot of another version is ignored and the journal replayed instead. */
  readonly version: number;
  /** Newest version of the events that this code writes and reads, from 1. A journal with a newer one is not served. */
  readonly eventVersion?: number;
  /** Newest version of the messages that this code understands, from 1. A newer one is refused by name. */
  readonly messageVersion?: number;
  /** Whether such an actor may exist at all; a refused key leaves no trace. */
  accepts?(key: string): boolean;
  init(key: string): State;
  /** Parses an incoming message of that version; a throw answers `invalid_message`. */
  parse(message: unknown, version: number): Message;
  handle(state: State, message: Message, context: HandleContext): Step<Event, Effect, Failed>;
  apply(state: State, event: Event, at: { readonly sequence: number; readonly time: EpochMs }): State;
  /** Lifts an event of an older version to the present one. */
  upcast?(event: unknown, version: number): Event;
  /** A throw is tried again with growing pauses; given up, the effect is set aside among the dead letters. */
  perform?(effect: Effect, context: PerformContext<State>): Promise<void>;
  readonly snapshotEveryCommits?: number;
}
