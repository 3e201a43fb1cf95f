import type { EnvironmentKey } from "../../protocols/ids.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { EpochMs } from "../../protocols/time.ts";
import type { Answered, Warehouse } from "../clickhouse.ts";
import { tables } from "../schema/tables.ts";

/** What is asked of ClickHouse: a metric's own value of each unit, in the days before `before`. */
export interface CovariateQuestion {
  readonly environment: EnvironmentKey;
  readonly metric: Metric;
  readonly before: EpochMs;
  /** Units in this range of hashes, decimal text. */
  readonly from: string;
  readonly to: string;
}

const dayMs = 86_400_000;
const timeoutMs = 60_000;

/**
 * Units with a value other than 0, in the order of their hashes. Only what had come in by `before` counts, so that
 * asking again gives the same answer, however late other events come.
 */
export function covariateValues(
  warehouse: Warehouse,
  { environment, metric, before, from, to }: CovariateQuestion,
): Answered<{ unit: string; value: number }[]> {
  const { definition, covariate } = metric;
  if (definition.type === "ratio" || covariate === undefined) return Promise.resolve({ ok: true, value: [] });
  const sql = `
SELECT e.unit AS unit, ${valueOf(definition.type)} AS value
FROM ${tables.events.name} AS e FINAL
WHERE e.env = {env:String} AND e.event = {event:String} AND e.unit >= {from:UInt64} AND e.unit <= {to:UInt64}
  AND e.ts >= fromUnixTimestamp64Milli({since:Int64}) AND e.ts < fromUnixTimestamp64Milli({before:Int64})
  AND e.received_at < fromUnixTimestamp64Milli({before:Int64})
  AND e.unit NOT IN (SELECT d.unit FROM ${tables.deletions.name} AS d WHERE d.env = {env:String})
GROUP BY unit HAVING value != 0 ORDER BY unit`;
  const since = before - covariate.lookbackDays * dayMs;
  const parameters = { env: environment, event: definition.event, from, to, since, before };
  return warehouse.query(sql, parameters, { timeoutMs });
}

function valueOf(type: "binary" | "count" | "sum" | "mean"): string {
  switch (type) {
    case "binary":
      return "toFloat64(1)";
    case "count":
      return "toFloat64(count())";
    case "sum":
      return "sumKahan(e.value)";
    case "mean":
      return "sumKahan(e.value) / count()";
  }
}
