import { statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { Warehouse } from "../clickhouse.ts";
import { asidesOf } from "../embedded/move-aside.ts";
import type { WarehouseFailure } from "../warehouse-failure.ts";
import type { Aside } from "./policy.ts";

/** Something that was set aside, and how it goes. Removing it twice does no harm. */
export interface Place extends Aside {
  remove(): Promise<Reply<void, WarehouseFailure>>;
}

/** Folders of whole warehouses. */
export const foldersAside = (directory: string): readonly Place[] =>
  asidesOf(directory).map(({ path, at }) => ({
    name: path,
    at,
    async remove() {
      await rm(path, { recursive: true, force: true });
      return succeed(undefined);
    },
  }));

/**
 * Parts that no longer belong to their table, for whatever reason: their files hold the rows all the same. Renaming
 * changes when a folder was changed last, and not when its content was.
 */
export async function partsAside(warehouse: Warehouse): Promise<Reply<readonly Place[], WarehouseFailure>> {
  const found = await warehouse.query<{ table: string; name: string; path: string; seconds: string }>(
    "SELECT table, name, path, toString(toUnixTimestamp(modification_time)) AS seconds FROM system.detached_parts WHERE database = 'weir'",
  );
  if (!found.ok) return found;
  const places = found.value.map(({ table, name, path, seconds }): Place => ({
    name: `weir.${table}/detached/${name}`,
    at: statSync(path, { throwIfNoEntry: false })?.ctimeMs ?? Number(seconds) * 1_000,
    remove: () =>
      warehouse.command(
        `ALTER TABLE weir.${table} DROP DETACHED PART '${name}' SETTINGS allow_drop_detached = 1`,
      ),
  }));
  return succeed(places);
}
