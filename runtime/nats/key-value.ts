import { JetStreamApiError } from "@nats-io/jetstream";
import type { JetStreamManager, StoredMsg } from "@nats-io/jetstream";
import { assert } from "../../protocols/assert.ts";
import type { Clock } from "../ports/clock.ts";
import type { KeyValue, KeyValueEntry } from "../ports/connection.ts";
import type { AcknowledgedPublisher } from "./acknowledged-publisher.ts";
import { duplicateInProcess, noMessageFound, rivalInFlight, wrongLastSequence } from "./error-codes.ts";
import type { NatsStreamReader } from "./stream-reader.ts";

// A bucket in the layout of NATS' own key-value store, so that its tools can read it. Reads go to the leader: a replica
// may be behind, and a lease read from one is worse than none.

const keyPattern = /^[-/_=.a-zA-Z0-9]+$/;
const attemptTimeoutMs = 1_000;
/** Longest uncertainty about one put before we give up and say so. */
const settleMsMax = 10_000;
const retryMs = 50;
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

  const put: KeyValue["put"] = async (key, value, expected) => {
    const deadlineMs = clock.monotonicMs() + settleMsMax;
    let expectedSequence = expected;
    for (;;) {
      const outcome = await publisher.publish(subjectOf(key), value, {
        expectedSequence,
        timeoutMs: attemptTimeoutMs,
      });
      if (outcome.kind === "stored") return { kind: "stored", revision: outcome.sequence };
      if (outcome.kind === "refused" && !contested.has(outcome.code)) {
        throw new Error(`bucket ${bucket} refuses ${key}: ${outcome.code} ${outcome.description}`);
      }
      if (outcome.kind === "unknown" && outcome.reason === "closed") {
        throw new Error(`the connection of bucket ${bucket} is closed`); // by us, for good: nothing to wait for
      }
      // Refused or unknown: the newest value decides. Our own bytes above the expected revision are an earlier attempt.
      const newest = await read(key).catch((): "unread" => "unread");
      if (newest !== "unread") {
        const revision = newest?.revision ?? 0;
        if (
          revision > expectedSequence &&
          newest !== undefined &&
          sameBytes(newest.value, value) &&
          !newest.deleted
        ) {
          return { kind: "stored", revision };
        }
        if (revision > expectedSequence && expected === 0 && newest?.deleted === true)
          expectedSequence = revision;
        else if (outcome.kind === "refused" && outcome.code === wrongLastSequence)
          return { kind: "conflict" };
        else if (revision > expectedSequence) return { kind: "conflict" };
      }
      if (clock.monotonicMs() > deadlineMs)
        throw new Error(`bucket ${bucket} did not settle a put of ${key}`);
      await clock.sleep(retryMs);
    }
  };

  return {
    get: async (key) => present(await read(key)),
    keys: async () => {
      const { state } = await manager.streams.info(stream, { subjects_filter: `${prefix}>` });
      return Object.keys(state.subjects ?? {}).map((subject) => subject.slice(prefix.length));
    },
    put,
    delete: async (key) => {
      await manager.streams.purge(stream, { filter: subjectOf(key) });
    },
    // A feed restarts by itself when the stream is ahead of it: the poll that makes a lost watch cost a second only.
    follow: async (listener, { pollIntervalMs = 1_000 } = {}) => {
      const feed = reader.followRaw(
        { stream, subject: `${prefix}>`, after: 0, watchdogMs: pollIntervalMs },
        ({ subject, data, sequence, headers }) => {
          const deleted = (headers?.get("KV-Operation") ?? "") !== "";
          if (!deleted) listener({ key: subject.slice(prefix.length), value: data, revision: sequence });
        },
      );
      return () => feed.stop();
    },
  };
}

function storedOf(key: string, { data, seq, header }: StoredMsg): Stored {
  return { key, value: data, revision: seq, deleted: (header.get("KV-Operation") ?? "") !== "" };
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);
