import { Buffer } from "node:buffer";
import { succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { LogCursor, LogRows, LogRowsRequest, StoredRecord } from "../../protocols/stored-record.ts";
import type { Warehouse } from "../clickhouse.ts";
import { precedenceFrom, precedenceMax } from "../sink/precedence.ts";
import type { WarehouseFailure } from "../warehouse-failure.ts";
import { logRowsSql, type LogRow } from "./statement.ts";
import { storedOf } from "./stored.ts";

// A partition's log, piece by piece. Each statement looks at all places in the log, so it reads far more rows than one
// answer holds; what is left of it is kept for whoever goes on there, and read again when it is not.

/** 50,000 rows of 400 B in memory = 20 MB. Ten million rows of eight partitions are 25 statements a partition. */
const rowsPerStatement = 50_000;
/** A server's messages may hold 1 MB; a definition, the largest there is, comes on top. */
const pieceBytesMax = 700_000;
/** Of a record's JSON without its texts: numbers, names of members and a unit id. */
const recordBytes = 200;
const statementTimeoutMs = 60_000;
/** Above every kind and unit: everything at this place is still to come. */
const beginning: LogCursor = { precedence: String(precedenceMax), kind: 255, unit: "0" };

export interface LogPagesOptions {
  readonly warehouse: Pick<Warehouse, "query">;
  readonly rowsPerStatement?: number;
  readonly pieceBytesMax?: number;
}

interface Kept {
  readonly name: string;
  readonly rows: readonly LogRow[];
  /** The statement's rows end here, and there are no others behind them. */
  readonly isLast: boolean;
}

export class LogPages {
  readonly #options: LogPagesOptions;
  /** One: whoever rebuilds goes from piece to piece, and two at a time are rare. */
  #kept: Kept | undefined;

  constructor(options: LogPagesOptions) {
    this.#options = options;
  }

  async read(request: LogRowsRequest): Promise<Reply<LogRows, WarehouseFailure>> {
    const name = JSON.stringify(request);
    const kept = this.#kept?.name === name ? succeed(this.#kept) : await this.#ask(request, name);
    if (!kept.ok) return kept;
    const { rows, isLast } = kept.value;
    const records: StoredRecord[] = [];
    let bytes = 0;
    for (const row of rows) {
      if (bytes >= (this.#options.pieceBytesMax ?? pieceBytesMax)) break;
      records.push(storedOf(row));
      bytes += recordBytes + Buffer.byteLength(row.metadata) + Buffer.byteLength(row.session);
    }
    const rest = rows.slice(records.length);
    const last = rows[records.length - 1];
    this.#kept = undefined;
    if (last === undefined || (rest.length === 0 && isLast)) return succeed({ records });
    const next: LogCursor = { precedence: last.precedence, kind: last.kind, unit: last.unit };
    if (rest.length > 0)
      this.#kept = { name: JSON.stringify({ ...request, after: next }), rows: rest, isLast };
    return succeed({ records, next });
  }

  async #ask(request: LogRowsRequest, name: string): Promise<Reply<Kept, WarehouseFailure>> {
    const { environment, partition, partitions, upTo, after = beginning } = request;
    const rows = this.#options.rowsPerStatement ?? rowsPerStatement;
    const found = await this.#options.warehouse.query<LogRow>(
      logRowsSql,
      {
        env: environment,
        partition,
        partitions,
        floor: precedenceFrom(upTo),
        ceiling: BigInt(after.precedence),
        kind: after.kind,
        unit: BigInt(after.unit),
        rows,
      },
      { timeoutMs: statementTimeoutMs },
    );
    return found.ok ? succeed({ name, rows: found.value, isLast: found.value.length < rows }) : found;
  }
}
