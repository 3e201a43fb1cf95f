import type { UnitId } from "../../protocols/ids.ts";
import type { Json } from "../../protocols/json.ts";
import type { LogRecord, MergeRecord } from "../../protocols/log-record.ts";
import type { KeptEvent } from "./event-arena.ts";
import type { RowState } from "./tally.ts";
import type { UnitState } from "./unit-book.ts";

// What one partition hands to another about a unit that counts there from now on: what it was, in parts that fit a
// message, and later what still comes under its old name.

export type Handover =
  /** `part` counts up from 0. Each is counted by itself, in any order. */
  | { readonly kind: "unit"; readonly part: number; readonly state: UnitState }
  | { readonly kind: "records"; readonly records: readonly Forwarded[]; readonly hops: number };

export interface Forwarded {
  /** Its place in the log, which decides between exposures of the same time. */
  readonly order: number;
  readonly record: LogRecord;
}

/** An event of a windowed metric is about 70 bytes of JSON, so a part stays below 300 KB; a message may have 1 MB. */
export const eventsPerPartMax = 4_000;
/** A record that was handed on so often goes round in a circle: identities that name one another. */
export const hopsMax = 4;
/** Forwarded records are up to 9 KB each. */
export const recordsPerHandoverMax = 50;

export const handoverOf = ({ state }: MergeRecord): Handover => state as unknown as Handover;
export const jsonOf = (handover: Handover): Json => handover as unknown as Json;

export const isNothing = ({ flags, rows, held, covariates }: UnitState): boolean =>
  flags === 0 && rows.length + held.length + covariates.length === 0;

/** Cuts a unit with very many events into parts: the first with everything else. */
export function partsOf(state: UnitState): UnitState[] {
  const [first = [], ...others] = cut(state.rows);
  const rest = others.map((rows): UnitState => ({ flags: 0, rows, held: [], covariates: [] }));
  return [{ ...state, rows: first }, ...rest];
}

/** Rows with at most so many events together; a row that is cut keeps its facts in each piece, its numbers in one. */
function cut(rows: readonly RowState[]): RowState[][] {
  const parts: RowState[][] = [[]];
  let room = eventsPerPartMax;
  for (const row of rows) {
    let rest: readonly KeptEvent[] = row.events;
    let piece: RowState = row;
    do {
      if (room === 0) {
        parts.push([]);
        room = eventsPerPartMax;
      }
      const events = rest.slice(0, room);
      parts.at(-1)?.push({ ...piece, events });
      rest = rest.slice(events.length);
      room -= events.length;
      piece = { ...row, numbers: [] };
    } while (rest.length > 0);
  }
  return parts;
}

/** The record as the known unit's. */
export const under = <Of extends LogRecord & { readonly unit: UnitId }>(record: Of, known: UnitId): Of => ({
  ...record,
  unit: known,
});
