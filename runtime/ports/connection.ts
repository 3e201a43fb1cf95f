import type { Reply } from "../../protocols/errors.ts";
import type { DurationMs, EpochMs } from "../../protocols/time.ts";
import type { JournalLog } from "./journal.ts";
import type { Snapshots } from "./snapshots.ts";
import type { StreamCare } from "./stream-care.ts";

// The ports of the message system, as small as their users need them. runtime/nats/ implements them on NATS.

export type ConnectionStatus = "connected" | "reconnecting" | "closed";

/** Core messaging: at most once, no memory. Subjects and JSON payloads. */
export interface Messaging {
  /** Asks one server of `subject`; a missing answer is a failure value, never a throw. */
  request<Value>(
    subject: string,
    payload: unknown,
    options: { readonly timeoutMs: number },
  ): Promise<Reply<Value, { code: string }>>;
  /** Serves a subject (wildcards allowed). With `queue`, one of the group answers. Resolves to a stop function. */
  serve(
    subject: string,
    handler: (payload: unknown, subject: string) => Promise<Reply<unknown, { code: string }>>,
    options?: { readonly queue?: string },
  ): Promise<() => Promise<void>>;
  publish(subject: string, payload: unknown): void;
  subscribe(
    subject: string,
    listener: (payload: unknown, subject: string) => void,
  ): Promise<() => Promise<void>>;
}

/** Durable appends to a stream, acknowledged. Never throws for what the server may answer. */
export interface StreamWriter {
  append(
    subject: string,
    data: Uint8Array,
    options?: { readonly messageId?: string; readonly timeoutMs?: number },
  ): Promise<AppendOutcome>;
  /** Bytes sent and not yet acknowledged; callers refuse work above their bound. */
  readonly inFlightBytes: number;
}
export type AppendOutcome =
  | { kind: "stored"; sequence: number }
  | { kind: "full" }
  | { kind: "unavailable"; reason: string };

export interface StreamMessage {
  readonly sequence: number;
  readonly subject: string;
  readonly time: EpochMs;
  readonly data: Uint8Array;
}

/** Ordered reading of a stream from a position of the reader's own; survives server restarts by itself. */
export interface StreamReader {
  /** Delivers in order, one at a time, waiting for the handler. `after` is the last sequence already seen (0: none). */
  follow(
    options: {
      readonly stream: string;
      readonly subject: string;
      readonly after: number;
      /** Server's time of the message at `after`: lets the reader see that the stream is another one. */
      readonly afterTime?: EpochMs;
      readonly bytesInFlightMax?: number;
    },
    handler: (message: StreamMessage) => void | Promise<void>,
  ): Promise<Following>;
  /** The last sequence of a subject filter right now, from the leader; 0 when there is none. */
  lastSequence(stream: string, subject: string): Promise<number>;
  /** First and last sequence that the stream holds now, from the leader. An empty one begins behind its last. */
  bounds(stream: string): Promise<StreamBounds>;
  /** Reads a closed range [from, to] of a subject filter and ends. */
  readRange(options: {
    readonly stream: string;
    readonly subject: string;
    readonly from: number;
    readonly to: number;
  }): AsyncIterable<StreamMessage>;
}
export interface StreamBounds {
  readonly first: number;
  readonly last: number;
  /** Server's time of the stream's creation, where there is such a thing: another one is another stream. */
  readonly createdAt?: EpochMs;
}
export interface Following {
  readonly position: number;
  /** The stream holds no message of the subject up to here that was not handled: the position, or beyond. */
  readonly covered?: number;
  /** Messages of the subject that are not handled yet, by the server's last word; undefined before its first. */
  readonly pending?: number | undefined;
  /** Resolves when no more will come, whether anybody stopped it or not. */
  readonly ended?: Promise<FollowEnd>;
  stop(): Promise<void>;
}
/** `diverged`: the stream is not the one that was read any more; `failed`: the handler threw. */
export type FollowEnd = "stopped" | "diverged" | "failed";

export interface KeyValueEntry {
  readonly key: string;
  readonly value: Uint8Array;
  readonly revision: number;
}

/** A key-value bucket with compare-and-set, read from the leader. */
export interface KeyValue {
  get(key: string): Promise<KeyValueEntry | undefined>;
  /** Keys that begin with `prefix`, which ends with a dot; all without one. */
  keys(prefix?: string): Promise<readonly string[]>;
  /** Writes when the revision is still `expected` (0: must not exist); otherwise changes nothing. */
  put(
    key: string,
    value: Uint8Array,
    expected: number,
  ): Promise<{ kind: "stored"; revision: number } | { kind: "conflict" }>;
  /** With `expected`, only when the revision still is that one; otherwise changes nothing. */
  delete(key: string, expected?: number): Promise<void>;
  /** Calls back for present entries and each change; polls besides watching, so a lost watch costs a second, not a change. */
  follow(
    listener: (entry: KeyValueEntry) => void,
    options?: { readonly pollIntervalMs?: DurationMs },
  ): Promise<() => Promise<void>>;
}

export interface BucketOptions {
  /** Entries that nobody wrote for so long go by themselves; absent: they stay. */
  readonly maxAgeMs?: number;
}

export interface Connection {
  readonly messaging: Messaging;
  readonly writer: StreamWriter;
  readonly reader: StreamReader;
  /** Opens the bucket, creating it when missing and bringing an existing one to the options. */
  bucket(name: string, options?: BucketOptions): Promise<KeyValue>;
  /** What a host of actors needs besides; absent in doubles that host none. */
  readonly store?: HostStore;
  /** What operators need besides; absent in doubles that nobody operates. */
  readonly care?: StreamCare;
  readonly status: ConnectionStatus;
  readonly server: { readonly version: string; readonly clustered: boolean };
  /** Finishes what is in flight, then closes. Idempotent; bounded by a few seconds. */
  drain(): Promise<void>;
}

export interface HostStore {
  /** The journals kept in a stream that exists already. */
  journal(stream: string): JournalLog;
  /** The snapshots kept in a stream, creating it when missing. */
  snapshots(stream: string): Promise<Snapshots>;
}
