import { JetStreamApiError } from "@nats-io/jetstream";
import type { JetStreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import type { Clock } from "../ports/clock.ts";
import type { StreamReader } from "../ports/connection.ts";
import type { JournalAppend, JournalEntry, JournalLog } from "../ports/journal.ts";
import type { AcknowledgedPublisher, PublishOutcome } from "./acknowledged-publisher.ts";
import { readDirectBatch } from "./direct-batch.ts";
import {
  duplicateInProcess,
  noMessageFound,
  noRoomCodes,
  refusedCodes,
  rivalInFlight,
  wrongLastSequence,
} from "./error-codes.ts";

/** A commit is stored in under a millisecond; a second of silence means that something is wrong. */
const appendTimeoutMs = 1_000;

export function natsJournal(
  stream: string,
  {
    connection,
    publisher,
    reader,
    manager,
    clock,
  }: {
    readonly connection: NatsConnection;
    readonly publisher: AcknowledgedPublisher;
    readonly reader: StreamReader;
    readonly manager: JetStreamManager;
    readonly clock: Clock;
  },
): JournalLog {
  async function* read(subject: string, after: number, upTo: number): AsyncGenerator<JournalEntry> {
    let last = after;
    for (const entry of await readDirectBatch(connection, clock, { stream, subject, from: after + 1 })) {
      if (entry.sequence > upTo) return;
      yield entry;
      last = entry.sequence;
    }
    if (last < upTo) yield* reader.readRange({ stream, subject, from: last + 1, to: upTo });
  }

  return {
    tail: async (subject) => {
      try {
        const found = await manager.streams.getMessage(stream, { last_by_subj: subject }); // asks the leader
        return found === null ? undefined : { sequence: found.seq, data: found.data };
      } catch (error) {
        if (error instanceof JetStreamApiError && error.code === noMessageFound) return undefined;
        throw error;
      }
    },
    append: async (subject, data, expectedSequence) =>
      // No message id: the expectation refuses a second copy, and ids would cost the server memory.
      appendOf(await publisher.publish(subject, data, { expectedSequence, timeoutMs: appendTimeoutMs })),
    read,
  };
}

function appendOf(outcome: PublishOutcome): JournalAppend {
  if (outcome.kind !== "refused") return outcome;
  if (noRoomCodes.has(outcome.code)) return { kind: "full" };
  if (
    outcome.code === wrongLastSequence ||
    outcome.code === rivalInFlight ||
    outcome.code === duplicateInProcess
  ) {
    return { kind: "conflict" };
  }
  if (refusedCodes.has(outcome.code)) {
    return { kind: "refused", reason: `${outcome.code} ${outcome.description}` };
  }
  return { kind: "unknown", reason: `${outcome.code} ${outcome.description}` };
}
