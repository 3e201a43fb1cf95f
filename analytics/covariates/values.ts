import type { EnvironmentKey } from "../../protocols/ids.ts";
import { sourceOf } from "../../protocols/metric-shape.ts";
import type { Metric, MetricType } from "../../protocols/metric.ts";
import type { EpochMs } from "../../protocols/time.ts";
import type { Answered, Warehouse } from "../clickhouse.ts";
import { tables } from "../schema/tables.ts";
import { Binder } from "../summary/binder.ts";
import { sourceSql } from "../summary/sources.ts";

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
  const value = valueOf(definition.type);
  if (value === undefined || covariate === undefined) return Promise.resolve({ ok: true, value: [] });
  const source = sourceOf(definition);
  const binder = new Binder();
  const { condition, value: amount = "e.value" } = sourceSql(source, "e", binder, "{event:String}");
  const sql = `
SELECT e.unit AS unit, ${value(amount)} AS value
FROM ${tables.events.name} AS e FINAL
WHERE e.env = {env:String} AND ${condition} AND e.unit >= {from:UInt64} AND e.unit <= {to:UInt64}
  AND e.ts >= fromUnixTimestamp64Milli({since:Int64}) AND e.ts < fromUnixTimestamp64Milli({before:Int64})
  AND e.received_at < fromUnixTimestamp64Milli({before:Int64})
  AND e.unit NOT IN (SELECT d.unit FROM ${tables.deletions.name} AS d WHERE d.env = {env:String})
GROUP BY unit HAVING value != 0 ORDER BY unit`;
  const since = before - covariate.lookbackDays * dayMs;
  const parameters = { ...binder.parameters, env: environment, event: source.event, from, to, since, before };
  return warehouse.query(sql, parameters, { timeoutMs });
}

/** Undefined where a metric has no single value of a unit from before. */
function valueOf(type: MetricType): ((amount: string) => string) | undefined {
  switch (type) {
    case "binary":
    case "retention":
      return () => "toFloat64(1)";
    case "count":
      return () => "toFloat64(count())";
    case "sum":
      return (amount) => `sumKahan(${amount})`;
    case "mean":
      return (amount) => `sumKahan(${amount}) / count()`;
    default:
      return undefined;
  }
}
