import { fail, succeed } from "../protocols/errors.ts";
import type { Reply } from "../protocols/errors.ts";
import type { EpochMs } from "../protocols/time.ts";
import type { Warehouse } from "./clickhouse.ts";
import { createRollups } from "./schema/rollups.ts";
import { roomForTables } from "./schema/room.ts";
import { columnsText, createTable } from "./schema/table.ts";
import { tables } from "./schema/tables.ts";
import { createEvents, createExposures } from "./schema/version-1.ts";
import { createRollupsThatAdd } from "./schema/version-3.ts";
import type { WarehouseFailure } from "./warehouse-failure.ts";

// The way from any earlier schema to this one. A version is never edited once released; a change is a new one.
//   M1. Each statement may run twice: a crash between it and its record repeats it.
//   M2. Each assumes what came before it, and nothing of what comes after. A ledger that lost a record, as with a damaged
//       part, has all run again from there on: an older version alone would make again what a newer one had replaced.

interface Migration {
  readonly version: number;
  readonly name: string;
  readonly statements: readonly string[];
}

export const migrations: readonly Migration[] = [
  { version: 1, name: "exposures and events", statements: [createExposures, createEvents] },
  {
    version: 2,
    name: "all record types",
    statements: [
      "ALTER TABLE weir.exposures ADD COLUMN IF NOT EXISTS bot UInt8 CODEC(ZSTD(1))",
      "ALTER TABLE weir.events ADD COLUMN IF NOT EXISTS bot UInt8 CODEC(ZSTD(1))",
      createTable(tables.decisions),
      createTable(tables.slots),
      createTable(tables.rewards),
      createTable(tables.shadows),
      createTable(tables.covariates),
      createTable(tables.identities),
      createTable(tables.consents),
      createTable(tables.bots),
      createTable(tables.deletions),
    ],
  },
  {
    version: 3,
    name: "definitions, and rollups for dashboards",
    statements: [createTable(tables.definitions), ...createRollupsThatAdd],
  },
  { version: 4, name: "rollups that are exact", statements: createRollups },
];

export type MigrationFailure =
  | WarehouseFailure
  /** The data was written by a newer Weir; an older one must not touch it. */
  | { readonly code: "schema_too_new"; readonly version: number; readonly versionMax: number };

const ledgerTable = {
  name: "weir.migrations",
  columns: [
    ["version", "UInt32"],
    ["name", "String"],
    ["applied_at", "DateTime64(3, 'UTC')"],
  ],
} as const;
const createLedger = `
CREATE TABLE IF NOT EXISTS ${ledgerTable.name} ${columnsText(ledgerTable)}
ENGINE = ReplacingMergeTree ORDER BY version
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 0`;

/** Brings the warehouse to the newest schema and answers the versions that were applied now. */
export async function migrate(
  warehouse: Warehouse,
  now: EpochMs,
  list: readonly Migration[] = migrations,
): Promise<Reply<readonly number[], MigrationFailure>> {
  const ledger = await openLedger(warehouse);
  if (!ledger.ok) return ledger;
  const found = await warehouse.query<{ version: number }>("SELECT DISTINCT version FROM weir.migrations");
  if (!found.ok) return found;
  const applied = new Set(found.value.map(({ version }) => version));
  const newest = Math.max(0, ...applied);
  const versionMax = list.at(-1)?.version ?? 0;
  if (newest > versionMax) return fail({ code: "schema_too_new", version: newest, versionMax });

  const firstMissing = list.find(({ version }) => !applied.has(version))?.version ?? Infinity;
  const missing = list.filter(({ version }) => version >= firstMissing); // M2
  const room = missing.length === 0 ? succeed(undefined) : await roomForTables(warehouse);
  if (!room.ok) return room;
  for (const { version, name, statements } of missing) {
    for (const statement of statements) {
      const done = await warehouse.command(statement);
      if (!done.ok) return done;
    }
    const recorded = await warehouse.insert(ledgerTable, [[version, name, now]]);
    if (!recorded.ok) return recorded;
  }
  return succeed(missing.map(({ version }) => version));
}

async function openLedger(warehouse: Warehouse): Promise<Reply<void, WarehouseFailure>> {
  const found = await warehouse.query(
    "SELECT name FROM system.tables WHERE database = 'weir' AND name = 'migrations'",
  );
  if (!found.ok || found.value.length > 0) return found.ok ? succeed(undefined) : found;
  const room = await roomForTables(warehouse);
  if (!room.ok) return room;
  const made = await warehouse.command("CREATE DATABASE IF NOT EXISTS weir");
  return made.ok ? warehouse.command(createLedger) : made;
}
