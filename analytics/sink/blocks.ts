import type { StreamMessage } from "../../runtime/index.ts";
import { decodeBatch } from "../../protocols/log-record.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import { parseEventsSubject } from "../../protocols/topology.ts";
import type { Table } from "../schema.ts";
import { precedenceOf, recordsPerMessageMax, rowOf } from "./rows.ts";
import type { Row } from "./rows.ts";

/** A stream message's rows. `poison` says why there are none. */
export interface Decoded {
  readonly sequence: number;
  readonly bytes: number;
  readonly rows: readonly Row[];
  readonly poison?: string;
}

/** Rows of one table and one month: one part, so in the table as a whole or not at all. */
export interface Block {
  readonly table: Table;
  readonly rows: readonly (readonly unknown[])[];
}

/** Building JSON of so many rows holds our event loop for 40 ms at most. */
export const rowsPerBlockMax = 10_000;
/** Names the way blocks are cut. A range left in doubt by another way is not rebuilt alike, so it must be told apart. */
export const blockLayout = `1:${rowsPerBlockMax}`;

/** A message that does not decode will not decode later either: it is passed over, and said aloud. */
export function decode(message: StreamMessage): Decoded {
  const { sequence, subject, data } = message;
  const environment = parseEventsSubject(subject)?.environment;
  const base = { sequence, bytes: data.length };
  if (environment === undefined) return { ...base, rows: [], poison: `subject ${subject}` };
  try {
    const records: readonly LogRecord[] = decodeBatch(data);
    if (records.length > recordsPerMessageMax)
      return { ...base, rows: [], poison: `${records.length} records` };
    const rows = records.flatMap(
      (record, index) => rowOf(record, environment, precedenceOf(sequence, index)) ?? [],
    );
    return { ...base, rows };
  } catch (error) {
    return { ...base, rows: [], poison: error instanceof Error ? error.message : String(error) };
  }
}

/** The same messages always give the same blocks, in the same order. */
export function blocksOf(messages: readonly Decoded[]): Block[] {
  const groups = new Map<string, { table: Table; rows: (readonly unknown[])[] }>();
  for (const { table, month, values } of messages.flatMap(({ rows }) => rows)) {
    const key = `${table} ${month}`;
    const group = groups.get(key) ?? { table, rows: [] };
    group.rows.push(values);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ table, rows }) =>
    chunks(rows).map((chunk) => ({ table, rows: chunk })),
  );
}

function chunks<Item>(items: readonly Item[]): Item[][] {
  const count = Math.ceil(items.length / rowsPerBlockMax);
  return Array.from({ length: count }, (_, index) =>
    items.slice(index * rowsPerBlockMax, (index + 1) * rowsPerBlockMax),
  );
}

export const rowCount = (messages: readonly Decoded[]): number =>
  messages.reduce((sum, { rows }) => sum + rows.length, 0);
