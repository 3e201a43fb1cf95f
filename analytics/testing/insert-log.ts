import assert from "node:assert/strict";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import type { Warehouse } from "../clickhouse.ts";
import { tables } from "../schema/tables.ts";
import { precedenceOf } from "../sink/precedence.ts";
import { rowsOf } from "../sink/rows.ts";

/** Logs straight into the tables, one message a record: record n has the sequence n + 1. */
export async function insertLogs(
  warehouse: Warehouse,
  logs: readonly { readonly environment: EnvironmentKey; readonly records: readonly LogRecord[] }[],
): Promise<void> {
  const rows = logs.flatMap(({ environment, records }) =>
    records.flatMap((record, index) => rowsOf(record, environment, precedenceOf(index + 1, 0))),
  );
  for (const [table, group] of Map.groupBy(rows, (row) => row.table)) {
    const half = Math.ceil(group.length / 2); // two parts, so that FINAL has work to do
    for (const part of [group.slice(0, half), group.slice(half)]) {
      if (part.length === 0) continue;
      const values = part.map((row) => row.values);
      const inserted = await warehouse.insert(tables[table], values);
      assert.ok(inserted.ok, `${table}: ${JSON.stringify(inserted)}`);
    }
  }
}
