import { succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { Warehouse } from "../clickhouse.ts";
import type { WarehouseFailure } from "../warehouse-failure.ts";
import { changedTable } from "./cluster.ts";
import { roomForTables } from "./room.ts";
import type { TableSpec } from "./table.ts";
import { tableKeys, tables } from "./tables.ts";

/** Longest experiment, and a year's look back. */
export const retentionDaysDefault = 400;

/** Brings every table that forgets to `days`; the names of those that were changed. */
export async function applyRetention(
  warehouse: Warehouse,
  days: number,
): Promise<Reply<readonly string[], WarehouseFailure>> {
  const found = await warehouse.query<{ table: string; ttl: string }>(
    "SELECT concat('weir.', replaceRegexpOne(name, '_local$', '')) AS table, extract(engine_full, 'TTL .*toIntervalDay\\\\((\\\\d+)\\\\)') AS ttl FROM system.tables WHERE database = 'weir' AND engine LIKE '%MergeTree'",
  );
  if (!found.ok) return found;
  const present = new Map(found.value.map(({ table, ttl }) => [table, Number(ttl)]));
  const changed: string[] = [];
  for (const spec of tableKeys.map((key): TableSpec => tables[key])) {
    if (spec.month === undefined || present.get(spec.name) === days) continue;
    const room = await roomForTables(warehouse);
    if (!room.ok) return room;
    // Parts that are there take on the new limit in the background.
    const done = await warehouse.command(
      `ALTER TABLE ${changedTable(warehouse.cluster, spec.name)} MODIFY TTL toDateTime(received_at) + toIntervalDay(${days}) DELETE`,
    );
    if (!done.ok) return done;
    changed.push(spec.name);
  }
  return succeed(changed);
}
