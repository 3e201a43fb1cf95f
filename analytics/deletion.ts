import { succeed } from "../protocols/errors.ts";
import type { Reply } from "../protocols/errors.ts";
import type { EnvironmentKey, UnitId } from "../protocols/ids.ts";
import type { DeletionProof } from "../protocols/analytics-messages.ts";
import type { EpochMs } from "../protocols/time.ts";
import type { Parameters, Warehouse } from "./clickhouse.ts";
import { markDays } from "./rollups/marks.ts";
import { changedTable } from "./schema/cluster.ts";
import { rollups } from "./schema/rollups.ts";
import { tables, unitTableKeys } from "./schema/tables.ts";
import { precedenceMax } from "./sink/precedence.ts";
import { unitText } from "./sink/rows.ts";
import type { WarehouseFailure } from "./warehouse-failure.ts";

// Forgetting a unit.
//   G1. The tombstone comes first: from then on no row of the unit is written, so that what is removed stays away.
//   G2. A lightweight DELETE hides the rows at once; applying its mask rewrites the parts without them.
//   G3. Rows under way when the tombstone was written are removed when the deletion's own record comes through the sink,
//       before it is acknowledged: level with that position, nothing is left.

type Done<Value> = Promise<Reply<Value, WarehouseFailure>>;
interface UnitRow {
  readonly environment: string;
  readonly unit: string;
}

/** 22 bytes each in the address of the request, which holds 16 KB. */
const unitsPerStatementMax = 200;
/** Rewriting the parts of 100 million rows took 25 s. */
const rewriteTimeoutMs = 10 * 60_000;
/** One statement takes a minute at most, ten with its rewriting. */
const removalMsMax = rewriteTimeoutMs;
/** Tombstones stay: without them a replay would bring the unit back. */
const forgetting = unitTableKeys.filter((key) => key !== "deletions");

/** Removes a unit and all units linked to it, and counts what is left. Repeating it does no harm. */
export async function deleteUnit(
  warehouse: Warehouse,
  environment: EnvironmentKey,
  unit: UnitId,
  now: EpochMs,
): Done<DeletionProof> {
  const linked = await linkedUnits(warehouse, environment, unitText(unit));
  if (!linked.ok) return linked;
  const units = linked.value;
  const entombed = await warehouse.insert(
    tables.deletions,
    units.map((each) => [environment, each, now, precedenceMax]),
  );
  if (!entombed.ok) return entombed;
  const removed = await purgeUnits(
    warehouse,
    units.map((each) => ({ environment, unit: each })),
  );
  if (!removed.ok) return removed;
  for (const table of removed.value.tables) {
    const sql = `ALTER TABLE ${changedTable(warehouse.cluster, table)} APPLY DELETED MASK SETTINGS mutations_sync = 2`;
    const applied = await warehouse.command(sql, {}, { timeoutMs: rewriteTimeoutMs });
    if (!applied.ok) return applied; // G2
  }
  const left = await countUnits(warehouse, environment, units);
  if (!left.ok) return left;
  return succeed({ units: units.length, removed: removed.value.rows, left: left.value });
}

/** All that count as the same unit: itself, whom it is known as, and who else is known as that. */
async function linkedUnits(warehouse: Warehouse, environment: string, unit: string): Done<string[]> {
  const sql = `
WITH canonical AS (
  SELECT if(count() = 0, {unit:UInt64}, argMax(known, precedence)) AS known
  FROM ${tables.identities.name} WHERE env = {env:String} AND unit = {unit:UInt64}
)
SELECT DISTINCT toString(unit) AS unit FROM (
  SELECT {unit:UInt64} AS unit
  UNION ALL SELECT known AS unit FROM canonical
  UNION ALL SELECT unit FROM ${tables.identities.name} FINAL WHERE env = {env:String} AND known IN (SELECT known FROM canonical)
)`;
  const found = await warehouse.query<{ unit: string }>(sql, { env: environment, unit });
  return found.ok ? succeed(found.value.map((row) => row.unit)) : found;
}

/** Hides the rows of units from every table; how many, and where they were. */
export async function purgeUnits(
  warehouse: Warehouse,
  rows: readonly UnitRow[],
): Done<{ rows: number; tables: string[] }> {
  const touched = new Set<string>();
  let count = 0;
  for (const { environment, units } of batchesOf(rows)) {
    for (const table of forgetting.map((key) => tables[key].name)) {
      const parameters = { env: environment, units: units.map(BigInt) };
      const condition = "env = {env:String} AND unit IN {units:Array(UInt64)}";
      const found = await warehouse.query<{ n: string }>(
        `SELECT count() AS n FROM ${table} WHERE ${condition}`,
        parameters,
      );
      if (!found.ok) return found;
      const present = Number(found.value[0]?.n ?? 0);
      if (present === 0) continue; // a DELETE would give every part a new version
      const days = await rollupDaysOf(warehouse, table, condition, parameters);
      if (!days.ok) return days;
      const begun = await markDays(warehouse, days.value, { reason: "removing", afterMs: removalMsMax });
      if (!begun.ok) return begun;
      const sql = `DELETE FROM ${changedTable(warehouse.cluster, table)} WHERE ${condition}`;
      const done = await warehouse.command(sql, parameters);
      if (!done.ok) return done;
      const marked = await markDays(warehouse, days.value, { reason: "removal" });
      if (!marked.ok) return marked;
      count += present;
      touched.add(table);
    }
  }
  return succeed({ rows: count, tables: [...touched] });
}

/** Days that a rollup has of the rows: it knows nothing of a removal. */
async function rollupDaysOf(
  warehouse: Warehouse,
  table: string,
  condition: string,
  parameters: Parameters,
): Done<string[]> {
  if (rollups.every(({ source }) => source !== table)) return succeed([]);
  const sql = `SELECT DISTINCT toString(toDate(ts, 'UTC')) AS day FROM ${table} WHERE ${condition}`;
  const found = await warehouse.query<{ day: string }>(sql, parameters);
  return found.ok ? succeed(found.value.map(({ day }) => day)) : found;
}

/** Rows of these units, and links to them, in every table but the tombstones. */
async function countUnits(warehouse: Warehouse, environment: string, units: readonly string[]): Done<number> {
  const counts = forgetting.map(
    (key) =>
      `SELECT count() AS n FROM ${tables[key].name} WHERE env = {env:String} AND ${
        key === "identities"
          ? "(unit IN {units:Array(UInt64)} OR known IN {units:Array(UInt64)})"
          : "unit IN {units:Array(UInt64)}"
      }`,
  );
  let left = 0;
  for (const batch of chunks(units)) {
    const found = await warehouse.query<{ n: string }>(
      `SELECT sum(n) AS n FROM (${counts.join(" UNION ALL ")})`,
      { env: environment, units: batch.map(BigInt) },
    );
    if (!found.ok) return found;
    left += Number(found.value[0]?.n ?? 0);
  }
  return succeed(left);
}

function batchesOf(rows: readonly UnitRow[]): { environment: string; units: string[] }[] {
  const groups = Map.groupBy(rows, ({ environment }) => environment);
  return [...groups].flatMap(([environment, group]) =>
    chunks([...new Set(group.map(({ unit }) => unit))]).map((units) => ({ environment, units })),
  );
}

const chunks = (units: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(units.length / unitsPerStatementMax) }, (_, index) =>
    units.slice(index * unitsPerStatementMax, (index + 1) * unitsPerStatementMax),
  );
