import { assert } from "../../protocols/assert.ts";
import { eventHash, uint64Text, unitHash } from "../../protocols/hash64.ts";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import { eventsTable, exposuresTable } from "../schema.ts";
import type { Table } from "../schema.ts";

/** One row, with what decides where it goes. Values are in the order of the table's columns. */
export interface Row {
  readonly table: Table;
  /** The partition, as toYYYYMM says it. */
  readonly month: number;
  readonly values: readonly unknown[];
}

/** Records a message may hold; the gateway batches 500. */
export const recordsPerMessageMax = 16_384;
/** A JS integer is exact below 2^53: 2^39 messages, 17 years at a thousand a second. */
const precedenceMax = Number.MAX_SAFE_INTEGER;

/** The earlier in the log, the larger: of rows with one id, ReplacingMergeTree keeps the largest. */
export function precedenceOf(sequence: number, index: number): number {
  const precedence = precedenceMax - (sequence * recordsPerMessageMax + index);
  assert(index < recordsPerMessageMax && precedence > 0, `position ${sequence}.${index}`);
  return precedence;
}

/** What DateTime64(3) can hold; a backfill from before 1900 is placed at its edge. */
const timeMin = Date.UTC(1900, 0, 1);
const timeMax = Date.UTC(2299, 11, 31, 23, 59, 59, 999);
const clamp = (ts: number): number => Math.min(timeMax, Math.max(timeMin, Math.round(ts)));

const monthOf = (ts: number): number => {
  const date = new Date(ts);
  return date.getUTCFullYear() * 100 + date.getUTCMonth() + 1;
};

/** The row of a record; a definition has none. Depends on nothing else, so that a block can be built again. */
export function rowOf(record: LogRecord, environment: EnvironmentKey, precedence: number): Row | undefined {
  if (record.type === "definition") return undefined;
  const ts = clamp(record.ts);
  const unit = uint64Text(unitHash(record.unit));
  const id = uint64Text(eventHash(record.type, record.id));
  const metadata = record.metadata === undefined ? "" : JSON.stringify(record.metadata);
  const tail = [record.session ?? "", metadata, clamp(record.at), precedence];
  return record.type === "exposure"
    ? {
        table: exposuresTable,
        month: monthOf(ts),
        values: [
          ts,
          environment,
          record.experiment,
          record.phase,
          record.variant,
          record.flag,
          unit,
          id,
          ...tail,
        ],
      }
    : {
        table: eventsTable,
        month: monthOf(ts),
        values: [ts, environment, record.name, unit, id, record.value, ...tail],
      };
}
