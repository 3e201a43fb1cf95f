import { JetStreamApiError } from "@nats-io/jetstream";
import type { JetStreamManager } from "@nats-io/jetstream";
import type { KeyValueEntry, StreamReader } from "../ports/connection.ts";
import type { StreamCare } from "../ports/stream-care.ts";
import { noMessageFound } from "./error-codes.ts";
import { bucketStream } from "./key-value.ts";

export function streamCare(manager: JetStreamManager, reader: StreamReader): StreamCare {
  const isThere = async (stream: string, seq: number): Promise<boolean> => {
    try {
      return (await manager.streams.getMessage(stream, { seq })) !== null;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === noMessageFound) return false;
      throw error;
    }
  };

  async function* entries(bucket: string, prefix: string): AsyncGenerator<KeyValueEntry> {
    const stream = bucketStream(bucket);
    const head = `$KV.${bucket}.`;
    const { last } = await reader.bounds(stream);
    const range = { stream, subject: `${head}${prefix}>`, from: 1, to: last };
    for await (const { subject, data, sequence } of reader.readRange(range))
      // A tombstone that is not purged yet is empty; values of ours never are.
      if (data.length > 0) yield { key: subject.slice(head.length), value: data, revision: sequence };
  }

  return {
    erase: async (stream, sequence) => {
      try {
        return await manager.streams.deleteMessage(stream, sequence, true);
      } catch (error) {
        // Servers of different ages give different codes for a message that is not there, so we look.
        if (error instanceof JetStreamApiError && !(await isThere(stream, sequence))) return false;
        throw error;
      }
    },
    messageCounts: async (stream, subject) => {
      const { state } = await manager.streams.info(stream, { subjects_filter: subject });
      return new Map(Object.entries(state.subjects ?? {}));
    },
    entries,
  };
}
