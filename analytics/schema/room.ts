import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { Warehouse } from "../clickhouse.ts";
import type { WarehouseFailure } from "../warehouse-failure.ts";

/** Definitions have a few KB; what merges take meanwhile must not use up the rest. */
const roomBytesMin = 64 * 1024 ** 2;

/**
 * Before tables are made or changed: on a disk that is full the engine has put an empty file in the place of a table's
 * definition, and nothing opened any more.
 */
export async function roomForTables(warehouse: Warehouse): Promise<Reply<void, WarehouseFailure>> {
  const found = await warehouse.query<{ free: string }>("SELECT min(free_space) AS free FROM system.disks");
  if (!found.ok) return found;
  const free = Number(found.value[0]?.free ?? roomBytesMin);
  if (free >= roomBytesMin) return succeed(undefined);
  const reason = `${free} bytes are free, and a change of tables waits for ${roomBytesMin}`;
  return fail({ code: "warehouse_cannot_write", because: "disk_full", reason });
}
