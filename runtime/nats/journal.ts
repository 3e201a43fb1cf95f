import { JetStreamApiError } from "@nats-io/jetstream";
import type { JetStreamManager } from "@nats-io/jetstream";
import type { StreamReader } from "../ports/connection.ts";
import type { JournalAppend, JournalLog } from "../ports/journal.ts";
import type { AcknowledgedPublisher, PublishOutcome } from "./acknowledged-publisher.ts";
import {
  duplicateInProcess,
  noMessageFound,
  noRoomCodes,
  rivalInFlight,
  wrongLastSequence,
} from "./error-codes.ts";

/** A commit is stored in under a millisecond; a second of silence means that something is wrong. */
const appendTimeoutMs = 1_000;

export function natsJournal(
  stream: string,
  {
    publisher,
    reader,
    manager,
  }: {
    readonly publisher: AcknowledgedPublisher;
    readonly reader: StreamReader;
    readonly manager: JetStreamManager;
  },
): JournalLog {
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
    read: (subject, after, upTo) => reader.readRange({ stream, subject, from: after + 1, to: upTo }),
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
  return { kind: "unknown", reason: `${outcome.code} ${outcome.description}` };
}
