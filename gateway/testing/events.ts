import { decodeBatch, type LogRecord } from "../../protocols/log-record.ts";
import { streams } from "../../protocols/topology.ts";
import type { TestLog } from "./gateway.ts";

/** Everything of the environment `test` that the log holds behind a sequence, with the partition it is in. */
export async function recordsAfter(
  log: TestLog,
  sequence: number,
): Promise<{ readonly record: LogRecord; readonly partition: number }[]> {
  const { name } = streams.events;
  const to = await lastEvent(log);
  const found: { record: LogRecord; partition: number }[] = [];
  if (to <= sequence) return found;
  const range = { stream: name, subject: "events.test.*", from: sequence + 1, to };
  for await (const { data, subject } of log.connection.reader.readRange(range))
    for (const record of decodeBatch(data)) found.push({ record, partition: Number(subject.split(".")[2]) });
  return found;
}

export const lastEvent = (log: TestLog): Promise<number> =>
  log.connection.reader.lastSequence(streams.events.name, "events.test.*");
