import { succeed } from "../protocols/errors.ts";
import type { Reply } from "../protocols/errors.ts";
import type { KeyValue, Log } from "../runtime/index.ts";
import type { Warehouse } from "./clickhouse.ts";
import { failureText } from "./warehouse-failure.ts";
import type { WarehouseFailure } from "./warehouse-failure.ts";

// Parts of tables whose bytes are not what was written: found, detached, and remembered once their rows are back.

type Found<Value> = Promise<Reply<Value, WarehouseFailure>>;

interface Part {
  readonly table: string;
  readonly name: string;
}

/** The largest part that a merge makes has 150 GB: at 300 MB a second it is read in 500 s. */
const checkTimeoutMs = 15 * 60_000;

/** Reads every part; those that do not pass no longer belong to their table. Their files stay. How many there were. */
export async function detachUnreadable(warehouse: Warehouse, log: Log, signal: AbortSignal): Found<number> {
  const parts = await warehouse.query<Part>(
    "SELECT table, name FROM system.parts WHERE database = 'weir' AND active ORDER BY table, name",
  );
  if (!parts.ok) return parts;
  let count = 0;
  for (const part of parts.value) {
    if (signal.aborted) break;
    const flaw = await flawOf(warehouse, part);
    if (!flaw.ok) return flaw;
    if (flaw.value === undefined) continue;
    const detached = await warehouse.command(`ALTER TABLE weir.${part.table} DETACH PART '${part.name}'`);
    if (!detached.ok && isGone(detached.failure)) continue;
    if (!detached.ok) return detached;
    count++;
    log.error("warehouse.part_unreadable", {
      code: "warehouse_corrupt",
      ...part,
      reason: flaw.value,
      consequence:
        "it is set aside in its table's folder `detached`; its rows are written again from the stream",
    });
  }
  return succeed(count);
}

/** Why a part cannot be read; undefined when it can, or was merged into another since it was listed. */
async function flawOf(warehouse: Warehouse, { table, name }: Part): Found<string | undefined> {
  const sql = `CHECK TABLE weir.${table} PART '${name}'`;
  const checked = await warehouse.query<CheckRow>(sql, {}, { timeoutMs: checkTimeoutMs });
  if (checked.ok) return succeed(checked.value.find((row) => row.is_passed === 0)?.message);
  if (isGone(checked.failure)) return succeed(undefined);
  return checked.failure.code === "warehouse_unreadable" ? succeed(failureText(checked.failure)) : checked;
}

interface CheckRow {
  readonly is_passed: number;
  readonly message: string;
}

const noSuchPart = 232;
const isGone = (failure: WarehouseFailure): boolean =>
  failure.code === "warehouse_refused" && failure.number === noSuchPart;

/**
 * Parts that were detached as broken, and nobody has made good. The engine gives its reason; a part without one was detached
 * by a statement, in the embedded warehouse by the one above. A table made anew counts its parts from one again, so
 * the table's own id belongs to a part's name.
 */
export async function brokenParts(warehouse: Warehouse, bucket: KeyValue): Found<string[]> {
  const reasons = warehouse.embedded
    ? "(d.reason LIKE 'broken%' OR d.reason = '')"
    : "d.reason LIKE 'broken%'";
  const found = await warehouse.query<{ part: string }>(
    `SELECT concat(d.table, '/', toString(t.uuid), '/', d.name) AS part FROM system.detached_parts AS d
INNER JOIN system.tables AS t ON t.database = d.database AND t.name = d.table WHERE d.database = 'weir' AND ${reasons}`,
  );
  if (!found.ok) return found;
  const known = new Set(await repaired(bucket));
  return succeed(found.value.map(({ part }) => part).filter((part) => !known.has(part)));
}

/** Parts whose loss was made good already. */
const repairedKey = "repaired-parts";

async function repaired(bucket: KeyValue): Promise<string[]> {
  const entry = await bucket.get(repairedKey);
  return entry === undefined ? [] : (JSON.parse(new TextDecoder().decode(entry.value)) as string[]);
}

export async function rememberRepaired(bucket: KeyValue, parts: readonly string[]): Promise<void> {
  const entry = await bucket.get(repairedKey);
  const all = [...(await repaired(bucket)), ...parts];
  await bucket.put(repairedKey, new TextEncoder().encode(JSON.stringify(all)), entry?.revision ?? 0);
}
