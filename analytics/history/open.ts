import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { History } from "../../protocols/history.ts";
import type { Metric } from "../../protocols/metric.ts";
import { eventsOf } from "../../protocols/metric-shape.ts";
import type { HistoryFound } from "../../protocols/power-answer.ts";
import type { Warehouse } from "../clickhouse.ts";
import type { ReadFailure } from "../rows/read.ts";
import { readFacts } from "../summary/facts.ts";
import { arrivalsStatement, dayMs, type HistoryScope } from "./statement.ts";

/** A year of a hundred million events takes about 10 s on two cores. */
export const timeoutMs = 120_000;

export type HistoryFailure = ReadFailure;

export interface OpenedHistory {
  readonly from: HistoryScope;
  readonly found: HistoryFound;
}

/** Who was there in a stretch of the past, and by what they entered. */
export async function openHistory(
  warehouse: Warehouse,
  environment: string,
  {
    history,
    metrics,
    now,
  }: { readonly history: History; readonly metrics: readonly Metric[]; readonly now: number },
): Promise<Reply<OpenedHistory, HistoryFailure>> {
  const facts = await readFacts(warehouse, environment);
  if (!facts.ok) return facts;
  const until = history.until ?? now;
  const common = {
    scope: { environment, facts: facts.value },
    history,
    until,
    events: [...new Set(metrics.flatMap(({ definition }) => eventsOf(definition)))],
  };
  const named = history.experiment ?? history.flag ?? history.variant ?? history.targeting;
  const exposed = await arrivals(warehouse, { ...common, entered: "exposures" });
  if (!exposed.ok || exposed.value.found.units > 0 || named !== undefined) return exposed;
  return arrivals(warehouse, { ...common, entered: "events" });
}

async function arrivals(
  warehouse: Warehouse,
  from: HistoryScope,
): Promise<Reply<OpenedHistory, HistoryFailure>> {
  const { sql, parameters } = arrivalsStatement(from);
  const rows = await warehouse.query<{ day: number; units: number }>(sql, parameters, { timeoutMs });
  if (!rows.ok) return fail(rows.failure);
  const newUnits = Array.from({ length: from.history.days }, () => 0);
  for (const { day, units } of rows.value) newUnits[Number(day)] = Number(units);
  return succeed({
    from,
    found: {
      from: from.until - from.history.days * dayMs,
      until: from.until,
      entered: from.entered,
      units: newUnits.reduce((sum, units) => sum + units, 0),
      newUnits,
    },
  });
}
