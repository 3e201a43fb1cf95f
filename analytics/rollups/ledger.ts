import { succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { Warehouse } from "../clickhouse.ts";
import { dayOf, rollups, sumsOf } from "../schema/rollups.ts";
import type { Rollup } from "../schema/rollups.ts";
import type { WarehouseFailure } from "../warehouse-failure.ts";
import type { MarkReason } from "./marks.ts";

// What is known of each day of each rollup, read in one statement each: a few hundred days.

export interface DayState {
  readonly rollup: Rollup;
  readonly day: string;
  /** Of the last computation, ms; 0 before the first. */
  readonly generation: number;
  /** The place in the log up to which it knew. */
  readonly reached: number;
  /** The newest generation of any row, also of a computation that was cut short. */
  readonly newest: number;
  /** Of what the views added behind `reached`, the first place in the log; 0 when there is nothing. */
  readonly added: number;
  /** The latest of its marks that no computation has settled. */
  readonly marks: readonly Mark[];
}
interface Mark {
  readonly reason: MarkReason;
  readonly at: number;
  readonly position: number;
}

export interface Ledger {
  /** ClickHouse's own clock, which marks and generations have. */
  readonly nowMs: number;
  /** Today, as a date. */
  readonly today: string;
  readonly days: readonly DayState[];
  /** When the log last began anew: what came in before has places of an older one. 0: never. */
  readonly logBeganMs: number;
}

/** Named like a rollup in `rollup_days`, with the time in place of a generation. */
export const logBegan = "log began";

/** From now on this generation is what the days are, all at once. */
export const nameComputed = (
  warehouse: Warehouse,
  rollup: string,
  { days, generation, position }: Named,
): Promise<Reply<void, WarehouseFailure>> =>
  warehouse.command(
    `INSERT INTO weir.rollup_days (rollup, day, generation, position)
SELECT '${rollup}', toDate(arrayJoin([${days.map((day) => `'${day}'`).join(", ")}])), ${generation}, ${position}`,
  );
interface Named {
  readonly days: readonly string[];
  readonly generation: number;
  readonly position: number;
}

interface DayRow {
  readonly rollup: string;
  readonly day: string;
  readonly generation: string;
  readonly reached: string;
  readonly newest: string;
  readonly added: string;
}

const daysSql = rollups
  .map(
    (rollup) => `
SELECT '${rollup.name}' AS rollup, toString(a.day) AS day, max(a.generation) AS generation, max(a.reached) AS reached,
  max(a.newest) AS newest, minIf(a.added, a.added > 0) AS added
FROM (
  SELECT d.day AS day, max(d.generation) AS generation, argMax(d.position, d.generation) AS reached, toUInt64(0) AS newest, toUInt64(0) AS added
  FROM weir.rollup_days AS d WHERE d.rollup = '${rollup.name}' GROUP BY day
  UNION ALL
  SELECT ${dayOf(rollup)} AS day, toUInt64(0), toUInt64(0), max(s.generation), minIf(s.position, s.generation = 0 AND s.position > e.position)
  FROM ${sumsOf(rollup)} AS s LEFT JOIN (
    SELECT d.day AS computed, argMax(d.position, d.generation) AS position
    FROM weir.rollup_days AS d WHERE d.rollup = '${rollup.name}' GROUP BY computed
  ) AS e ON ${dayOf(rollup)} = e.computed
  GROUP BY day
) AS a GROUP BY a.day`,
  )
  .join("\nUNION ALL\n");

const marksSql =
  "SELECT toString(m.day) AS day, m.reason AS reason, toString(max(m.at)) AS at, toString(max(m.position)) AS position FROM weir.rollup_marks AS m GROUP BY day, reason";

export async function readLedger(warehouse: Warehouse): Promise<Reply<Ledger, WarehouseFailure>> {
  const times = await warehouse.query<{ now: string; today: string; began: string }>(
    `SELECT toUnixTimestamp64Milli(now64(3)) AS now, toString(toDate(now(), 'UTC')) AS today,
  (SELECT max(generation) FROM weir.rollup_days WHERE rollup = '${logBegan}') AS began`,
  );
  if (!times.ok) return times;
  const marked = await warehouse.query<{ day: string; reason: MarkReason; at: string; position: string }>(
    marksSql,
  );
  if (!marked.ok) return marked;
  const found = await warehouse.query<DayRow>(daysSql);
  if (!found.ok) return found;
  const marks = Map.groupBy(marked.value, ({ day }) => day);
  const rows = new Map(found.value.map((row) => [`${row.rollup} ${row.day}`, row]));
  const dates = [...new Set([...marks.keys(), ...found.value.map(({ day }) => day)])].sort();
  const days = dates.flatMap((day) =>
    rollups.map((rollup): DayState => {
      const row = rows.get(`${rollup.name} ${day}`);
      const [generation, reached] = [Number(row?.generation ?? 0), Number(row?.reached ?? 0)];
      const own = (marks.get(day) ?? [])
        .map(({ reason, at, position }) => ({ reason, at: Number(at), position: Number(position) }))
        .filter(({ at, position }) => at > generation || position > reached); // M1
      const [newest, added] = [Number(row?.newest ?? 0), Number(row?.added ?? 0)];
      return { rollup, day, generation, reached, newest, added, marks: own };
    }),
  );
  const { now = "0", today = "", began = "0" } = times.value[0] ?? {};
  return succeed({ nowMs: Number(now), today, days, logBeganMs: Number(began) });
}
