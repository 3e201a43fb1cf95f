import { succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { Warehouse } from "../clickhouse.ts";
import type { SentRange } from "../sink/mark.ts";
import { precedenceFrom, precedenceOf } from "../sink/precedence.ts";
import type { WarehouseFailure } from "../warehouse-failure.ts";
import { daysOfMessages, markDays } from "./marks.ts";

/**
 * A range in doubt: of a block that is there, the views may have been killed before they added it. Rows that are absent
 * still will be added. Scans one column of the log's places, once after a crash.
 */
export async function markDoubt(
  warehouse: Warehouse,
  { from, to }: Pick<SentRange, "from" | "to">,
): Promise<Reply<void, WarehouseFailure>> {
  const found = await warehouse.query<{ day: string }>(
    daysOfMessages(precedenceFrom(to), precedenceOf(from, 0)),
  );
  if (!found.ok || found.value.length === 0) return found.ok ? succeed(undefined) : found;
  const days = found.value.map(({ day }) => day);
  return markDays(warehouse, days, { reason: "doubt", position: to });
}
