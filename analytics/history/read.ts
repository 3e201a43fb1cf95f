import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { Warehouse } from "../clickhouse.ts";
import { type NativeBlock, NativeBlocks } from "../rows/native.ts";
import { type HistoryFailure, timeoutMs } from "./open.ts";
import type { HistoryStatement } from "./statement.ts";

/** Numbers of 8 bytes of one statement: 480 MB, and as much again while they are put in order. */
const valuesMax = 60_000_000;

/** Columns as they were asked for: the first holds the units' 64 bits, the others numbers. */
export interface HistoryRows {
  readonly rows: number;
  readonly units: BigUint64Array;
  readonly columns: readonly Float64Array[];
}

/** Reads a statement whose first column is `unit`, and all of whose others are doubles. */
export async function readHistory(
  warehouse: Warehouse,
  { sql, parameters }: HistoryStatement,
  signal: AbortSignal | undefined,
): Promise<Reply<HistoryRows, HistoryFailure>> {
  const isAborted = (): boolean => signal?.aborted ?? false;
  if (isAborted()) return fail({ code: "cancelled" });
  const cutter = new NativeBlocks();
  const blocks: Uint8Array[][] = [];
  const full = new AbortController();
  let [rows, width] = [0, 0];
  const receive = (chunk: Uint8Array): void => {
    for (const block of cutter.of(chunk)) {
      rows += block.rows;
      width = block.columns.length;
      if (rows * width > valuesMax) return full.abort();
      blocks.push(copied(block));
    }
  };
  const either = signal === undefined ? full.signal : AbortSignal.any([full.signal, signal]);
  const streamed = await warehouse.stream(sql, parameters, receive, { timeoutMs, signal: either });
  if (full.signal.aborted)
    return fail({ code: "too_many_rows", rowsMax: Math.floor(valuesMax / Math.max(1, width)) });
  if (isAborted()) return fail({ code: "cancelled" });
  if (!streamed.ok) return streamed;
  if (cutter.left > 0)
    return fail({ code: "warehouse_unavailable", reason: "its answer broke off", retryAfterMs: 1_000 });
  const bytesOf = (column: number): ArrayBuffer => {
    const whole = new Uint8Array(8 * rows);
    let at = 0;
    for (const block of blocks) {
      whole.set(block[column] ?? new Uint8Array(), at);
      at += block[column]?.length ?? 0;
    }
    return whole.buffer;
  };
  return succeed({
    rows,
    units: new BigUint64Array(bytesOf(0)),
    columns: Array.from(
      { length: Math.max(0, width - 1) },
      (_, index) => new Float64Array(bytesOf(index + 1)),
    ),
  });
}

const copied = ({ columns }: NativeBlock): Uint8Array[] => columns.map(({ bytes }) => Uint8Array.from(bytes));
