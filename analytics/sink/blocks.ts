import { NewerRecord } from "../../protocols/record-versions.ts";
import type { StreamMessage } from "../../runtime/index.ts";
import type { TableKey } from "../schema/tables.ts";
import type { Feed } from "./feed.ts";
import type { Row } from "./rows.ts";

/** A stream message's rows. `poison` says why there are none. */
export interface Decoded {
  readonly sequence: number;
  readonly bytes: number;
  /** When the stream took it. */
  readonly time: number;
  readonly environment: string;
  readonly rows: readonly Row[];
  readonly poison?: string;
}

/** Rows of one table and one month: one part, so in the table as a whole or not at all. */
export interface Block {
  readonly table: TableKey;
  readonly rows: readonly Row[];
}

/**
 * Turning so many rows into columns holds our event loop for 30 ms. A row costs the engine 4.3 µs in blocks of 2,500, 1.8
 * in blocks of 10,000 and 1.25 in blocks of 40,000; and the larger its parts are, the less there is to merge.
 */
export const rowsPerBlockMax = 64_000;
/** Names the way blocks are cut. A range left in doubt by another way is not rebuilt alike, so it must be told apart. */
export const blockLayout = `2:${rowsPerBlockMax}`;

/** A message that does not decode will not decode later either: it is passed over, and said aloud. */
export function decode(feed: Feed, { sequence, subject, data, time }: StreamMessage): Decoded {
  const environment = feed.environmentOf(subject);
  const base = { sequence, bytes: data.length, time };
  if (environment === undefined) return { ...base, environment: "", rows: [], poison: `subject ${subject}` };
  try {
    return { ...base, environment, rows: feed.rowsOf(data, environment, sequence) };
  } catch (error) {
    if (error instanceof NewerRecord) throw error; // the newer program will read it
    const poison = error instanceof Error ? error.message : String(error);
    return { ...base, environment, rows: [], poison };
  }
}

/** The same messages always give the same blocks, in the same order. */
export function blocksOf(messages: readonly Decoded[]): Block[] {
  const groups: { table: TableKey; month: number; rows: Row[] }[] = [];
  let last: (typeof groups)[number] | undefined;
  for (const { rows } of messages)
    for (const row of rows) {
      // Few tables and few months, and mostly those of the row before.
      if (last?.table !== row.table || last.month !== row.month)
        last = groups.find(({ table, month }) => table === row.table && month === row.month);
      if (last === undefined) groups.push((last = { table: row.table, month: row.month, rows: [] }));
      last.rows.push(row);
    }
  return groups.flatMap(({ table, rows }) => chunks(rows).map((chunk) => ({ table, rows: chunk })));
}

function chunks<Item>(items: readonly Item[]): Item[][] {
  const count = Math.ceil(items.length / rowsPerBlockMax);
  return Array.from({ length: count }, (_, index) =>
    items.slice(index * rowsPerBlockMax, (index + 1) * rowsPerBlockMax),
  );
}

export const rowCount = (messages: readonly Decoded[]): number =>
  messages.reduce((sum, { rows }) => sum + rows.length, 0);
