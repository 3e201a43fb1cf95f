import type { Reply } from "../../protocols/errors.ts";
import { succeed } from "../../protocols/errors.ts";
import type { Warehouse } from "../clickhouse.ts";
import { rollups } from "../schema/rollups.ts";
import type { WarehouseFailure } from "../warehouse-failure.ts";

// Days of rollups that must be computed anew, though no view says so: what was removed or lost is no insert.
//   M1. A mark holds until a computation that began at its time or later, from a log read up to its position.
//   M2. What removes rows marks their days before, in the future, in case it dies half way; and when it is done, for now.

type Done<Value> = Promise<Reply<Value, WarehouseFailure>>;

/**
 * `removal` is a deletion that is done, `removing` one that may be under way. `loss`: rows were gone, and may have come
 * again. `doubt`: an insert was cut short, so a view may have missed it.
 */
export type MarkReason = "upgrade" | "removal" | "removing" | "loss" | "doubt" | "audit";

interface Mark {
  readonly reason: MarkReason;
  /** From now on. */
  readonly afterMs?: number;
  readonly position?: number;
}

/** Dates as ClickHouse writes them. Time is the server's, as in every generation. */
export async function markDays(warehouse: Warehouse, days: readonly string[], mark: Mark): Done<void> {
  const dates = days.filter((day) => /^\d{4}-\d\d-\d\d$/.test(day)).map((day) => `'${day}'`);
  if (dates.length === 0) return succeed(undefined);
  return insertMarks(warehouse, `SELECT toDate(arrayJoin([${dates.join(", ")}])) AS day`, mark);
}

/** Every day of the tables and of the rollups. */
export const markEveryDay = (warehouse: Warehouse, mark: Mark): Done<void> =>
  insertMarks(
    warehouse,
    `SELECT DISTINCT day FROM (
  SELECT day FROM weir.rollup_days UNION ALL ${rollups.map(({ source }) => `SELECT toDate(ts, 'UTC') AS day FROM ${source}`).join(" UNION ALL ")}
)`,
    mark,
  );

/** Days of the rows that came with messages `from` to `to` of the log. */
export const daysOfMessages = (least: number, most: number): string =>
  `SELECT DISTINCT day FROM (${rollups
    .map(
      ({ source }) =>
        `SELECT toString(toDate(ts, 'UTC')) AS day FROM ${source} WHERE precedence >= ${least} AND precedence <= ${most}`,
    )
    .join(" UNION ALL ")})`;

const insertMarks = (
  warehouse: Warehouse,
  days: string,
  { reason, afterMs = 0, position = 0 }: Mark,
): Done<void> =>
  warehouse.command(
    `INSERT INTO weir.rollup_marks (day, reason, at, position)
SELECT day, '${reason}', toUnixTimestamp64Milli(now64(3)) + ${afterMs}, ${position} FROM (${days})`,
  );
