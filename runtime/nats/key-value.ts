import { JetStreamApiError } from "@nats-io/jetstream";
import type { JetStreamManager, StoredMsg } from "@nats-io/jetstream";
import { assert } from "../../protocols/assert.ts";
import type { Clock } from "../ports/clock.ts";
import type { Following, KeyValue, KeyValueEntry } from "../ports/connection.ts";
import type { AcknowledgedPublisher } from "./acknowledged-publisher.ts";
import { duplicateInProcess, noMessageFound, rivalInFlight, wrongLastSequence } from "./error-codes.ts";
import type { NatsStreamReader } from "./stream-reader.ts";

// A bucket in the layout of NATS' own key-value store, so that its tools can read it. Reads go to the leader: a replica
// may be behind, and a lease read from one is worse than none.
//   K1. A put or a delete is reported done, or in conflict, only when a leader's answer or read says so.
//   K2. A delete is a tombstone under the expected revision, then a purge of the key up to the tombstone: whatever was
//       put after it has a higher sequence and stays, whichever of the two the server sees first.

const keyPattern = /^[-/_=.a-zA-Z0-9]+$/;
const attemptTimeoutMs = 1_000;
/** Longest uncertainty about one put before we give up and say so. */
const settleMsMax = 10_000;
const retryMs = 50;
const noBytes = new Uint8Array(0);
/** Refusals that say "somebody was faster", or "we were": only a read tells which. */
const contested: ReadonlySet<number> = new Set([wrongLastSequence, duplicateInProcess, rivalInFlight]);

export interface KeyValueTools {
  readonly publisher: AcknowledgedPublisher;
  readonly reader: NatsStreamReader;
  readonly manager: JetStreamManager;
  readonly clock: Clock;
}

export const bucketStream = (bucket: string): string => `KV_${bucket}`;

interface Stored extends KeyValueEntry {
  /** A deletion left by other tools: no value, but a revision that a new put must expect. */
  readonly deleted: boolean;
}

export function keyValue(bucket: string, { publisher, reader, manager, clock }: KeyValueTools): KeyValue {
  const stream = bucketStream(bucket);
  const prefix = `$KV.${bucket}.`;
  const subjectOf = (key: string): string => {
    assert(
      keyPattern.test(key) && !key.startsWith(".") && !key.endsWith("."),
      `bucket key ${JSON.stringify(key)}`,
    );
    return prefix + key;
  };

  const read = async (key: string): Promise<Stored | undefined> => {
    try {
      const found = await manager.streams.getMessage(stream, { last_by_subj: subjectOf(key) });
      return found === null ? undefined : storedOf(key, found);
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === noMessageFound) return undefined;
      throw error;
    }
  };
  const present = (stored: Stored | undefined): KeyValueEntry | undefined =>
    stored === undefined || stored.deleted ? undefined : stored;

  /** One attempt to write. What it does not say is for a read to find out (K1). */
  const write = async (
    key: string,
    value: Uint8Array,
    options: { readonly expectedSequence: number; readonly tombstone?: boolean },
  ): Promise<{ kind: "stored"; revision: number } | { kind: "contested" } | { kind: "unknown" }> => {
    const outcome = await publisher.publish(subjectOf(key), value, {
      ...options,
      timeoutMs: attemptTimeoutMs,
    });
    if (outcome.kind === "stored") return { kind: "stored", revision: outcome.sequence };
    if (outcome.kind === "refused" && !contested.has(outcome.code)) {
      throw new Error(`bucket ${bucket} refuses ${key}: ${outcome.code} ${outcome.description}`);
    }
    if (outcome.kind === "unknown" && outcome.reason === "closed") {
      throw new Error(`the connection of bucket ${bucket} is closed`); // by us, for good: nothing to wait for
    }
    const definite = outcome.kind === "refused" && outcome.code === wrongLastSequence;
    return { kind: definite ? "contested" : "unknown" };
  };
  /** Repeats an attempt until it settles; undefined says "not settled yet". */
  const settle = async <Settled>(
    what: string,
    attempt: () => Promise<Settled | undefined>,
  ): Promise<Settled> => {
    const deadlineMs = clock.monotonicMs() + settleMsMax;
    for (;;) {
      const settled = await attempt();
      if (settled !== undefined) return settled;
      if (clock.monotonicMs() > deadlineMs) throw new Error(`bucket ${bucket} did not settle ${what}`);
      await clock.sleep(retryMs);
    }
  };
  const newestOf = (key: string): Promise<Stored | undefined | "unread"> =>
    read(key).catch((): "unread" => "unread");

  const put: KeyValue["put"] = (key, value, expected) => {
    let expectedSequence = expected;
    let doubtful = false; // an attempt of ours may have been stored, or may still be
    return settle(`a put of ${key}`, async () => {
      const outcome = await write(key, value, { expectedSequence });
      if (outcome.kind === "stored") return outcome;
      doubtful ||= outcome.kind === "unknown";
      const newest = await newestOf(key);
      if (newest === "unread") return undefined;
      const revision = newest?.revision ?? 0;
      const stands = newest !== undefined && !newest.deleted;
      // Our own bytes above the expected revision are an earlier attempt.
      if (doubtful && stands && revision > expectedSequence && sameBytes(newest.value, value))
        return { kind: "stored" as const, revision };
      if (expected === 0 && !stands) {
        expectedSequence = revision; // absent: behind a tombstone, or where one was a moment ago
        return undefined;
      }
      const conflict = outcome.kind === "contested" || revision > expectedSequence;
      return conflict ? { kind: "conflict" as const } : undefined;
    });
  };

  /** The sequence of a tombstone that ends the given revision; 0 when somebody else changed the key. */
  const bury = (key: string, expectedSequence: number): Promise<number> =>
    settle(`a delete of ${key}`, async () => {
      const outcome = await write(key, noBytes, { expectedSequence, tombstone: true });
      if (outcome.kind === "stored") return outcome.revision;
      const newest = await newestOf(key);
      if (newest === "unread") return undefined;
      if (newest?.deleted === true) return newest.revision; // an earlier attempt of ours, or another's: gone is gone
      const changed = (newest?.revision ?? 0) !== expectedSequence;
      return outcome.kind === "contested" || changed ? 0 : undefined;
    });

  return {
    get: async (key) => present(await read(key)),
    keys: async (keyPrefix = "") => {
      const filter = `${prefix}${keyPrefix}>`;
      const { state } = await manager.streams.info(stream, { subjects_filter: filter });
      return Object.keys(state.subjects ?? {}).map((subject) => subject.slice(prefix.length));
    },
    put,
    delete: async (key, expected) => {
      const filter = subjectOf(key);
      if (expected === undefined) return void (await manager.streams.purge(stream, { filter }));
      const tombstone = await bury(key, expected);
      if (tombstone > 0) await manager.streams.purge(stream, { filter, seq: tombstone + 1 }); // K2
    },
    // A feed restarts by itself when the stream is ahead of it: the poll that makes a lost watch cost a second only.
    // A bucket that was restored or made anew is read from its beginning again.
    follow: async (listener, { pollIntervalMs = 1_000 } = {}) => {
      let stopped = false;
      const start = (): Following => {
        const options = { stream, subject: `${prefix}>`, after: 0, watchdogMs: pollIntervalMs };
        const following = reader.followRaw(options, ({ subject, data, sequence, headers }) => {
          const deleted = (headers?.get("KV-Operation") ?? "") !== "";
          if (!deleted) listener({ key: subject.slice(prefix.length), value: data, revision: sequence });
        });
        void following.ended?.then((end) => {
          if (end === "diverged" && !stopped) feed = start();
        });
        return following;
      };
      let feed = start();
      return () => {
        stopped = true;
        return feed.stop();
      };
    },
  };
}

function storedOf(key: string, { data, seq, header }: StoredMsg): Stored {
  return { key, value: data, revision: seq, deleted: (header.get("KV-Operation") ?? "") !== "" };
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);
