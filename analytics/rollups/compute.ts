import { succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { Warehouse } from "../clickhouse.ts";
import { changedTable } from "../schema/cluster.ts";
import { computedSums, countingSums, dayOf, namesOf, rollupDays, sumsOf } from "../schema/rollups.ts";
import type { Rollup } from "../schema/rollups.ts";
import { precedenceFrom } from "../sink/precedence.ts";
import type { WarehouseFailure } from "../warehouse-failure.ts";
import { nameComputed } from "./ledger.ts";
import type { DayState, Ledger } from "./ledger.ts";

// Days of a rollup, computed from the deduplicated table.
//   C1. It knows exactly the rows of messages up to `upTo`, which are all in the table; the views' later sums are added when
//       somebody reads. So rows may go on coming meanwhile.
//   C2. Nothing that is written counts before the ledger names its generation. A crash leaves rows of a generation that is
//       never named, and what was superseded; both go with the next computation of the day.
//   C3. Days that are too old for a rollup are computed as empty.

/** Of a month with 4 million rows, a day took 2.5 s on two busy cores and 20 days 13 s: by that, a week of 400 million fits. */
const computeTimeoutMs = 10 * 60_000;
const dayMs = 24 * 3_600_000;

/**
 * Days of one rollup that lie in one month: to find those of one day, a month is read. Answers those whose sums, as they
 * were up to the same place in the log, are others now.
 */
export async function computeDays(
  warehouse: Warehouse,
  states: readonly DayState[],
  { nowMs, today, logBeganMs }: Ledger,
  upTo: number,
): Promise<Reply<ReadonlySet<string>, WarehouseFailure>> {
  const [{ rollup }] = states as readonly [DayState];
  const generation = Math.max(nowMs, ...states.map((state) => Math.max(state.newest, state.generation) + 1));
  const sums = sumsOf(rollup);
  const names = namesOf(rollup).join(", ");
  const limit = { timeoutMs: computeTimeoutMs };
  const all = listOf(states);
  const kept = states.filter(({ day }) => Date.parse(today) - Date.parse(day) <= rollupDays * dayMs); // C3
  if (kept.length > 0) {
    if (warehouse.cluster !== undefined) {
      const arrived = await warehouse.command(`SYSTEM FLUSH DISTRIBUTED ${rollup.source}`, {}, limit);
      if (!arrived.ok) return arrived;
    }
    const known = `(r.precedence >= ${precedenceFrom(upTo)} OR toUnixTimestamp64Milli(r.received_at) < ${logBeganMs})`; // C1
    const settings = warehouse.cluster === undefined ? "" : " SETTINGS distributed_foreground_insert = 1";
    const written = await warehouse.command(
      `INSERT INTO ${sums} (${names}, generation, position)${settings}
SELECT ${names}, ${generation}, 0 FROM (${computedSums(rollup, `toDate(r.ts, 'UTC') IN ${listOf(kept)} AND ${known}`)})`,
      {},
      limit,
    );
    if (!written.ok) return written;
  }
  const changed = await changedDays(warehouse, rollup, { all, generation, upTo });
  if (!changed.ok) return changed;
  const days = states.map(({ day }) => day);
  const named = await nameComputed(warehouse, rollup.name, { days, generation, position: upTo });
  if (!named.ok) return named; // in doubt: either is right, and the next computation has a newer generation
  const removed = await warehouse.command(
    `ALTER TABLE ${changedTable(warehouse.cluster, sums)} DELETE
WHERE ${dayOf(rollup).replace("s.", "")} IN ${all} AND if(generation = 0, position <= ${upTo}, generation < ${generation})
SETTINGS mutations_sync = 2`,
    {},
    limit,
  );
  return removed.ok ? changed : removed;
}

const listOf = (states: readonly DayState[]): string => `(${states.map(({ day }) => `'${day}'`).join(", ")})`;

async function changedDays(
  warehouse: Warehouse,
  rollup: Rollup,
  { all, generation, upTo }: { readonly all: string; readonly generation: number; readonly upTo: number },
): Promise<Reply<ReadonlySet<string>, WarehouseFailure>> {
  const keys = rollup.keys.map(([name]) => name).join(", ");
  const sums = rollup.sums
    .map(([name, type]) => (type.startsWith("Aggregate") ? `uniqMerge(${name})` : `sum(${name})`))
    .join(", ");
  const grouped = (from: string): string =>
    `SELECT toString(toDate(${rollup.time})) AS changed, ${keys}, ${sums} FROM (${from}) GROUP BY ${keys}`;
  const now = grouped(
    `SELECT * FROM ${sumsOf(rollup)} AS s WHERE ${dayOf(rollup)} IN ${all} AND s.generation = ${generation}`,
  );
  const was = grouped(
    `SELECT * FROM (${countingSums(rollup, ` AND s.position <= ${upTo}`)}) AS s WHERE ${dayOf(rollup)} IN ${all}`,
  );
  const found = await warehouse.query<{ changed: string }>(
    `SELECT DISTINCT changed FROM ((${now} EXCEPT ${was}) UNION ALL (${was} EXCEPT ${now}))`,
  );
  return found.ok ? succeed(new Set(found.value.map(({ changed }) => changed))) : found;
}
