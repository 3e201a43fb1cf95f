import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import { defaultUnitType } from "../../protocols/ids.ts";
import { summaryKind } from "../../protocols/metric-shape.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { KnownMetric } from "../planning/known.ts";
import type { OwnUnits } from "../planning/simulation/sample.ts";
import type { Warehouse } from "../clickhouse.ts";
import { leavesOut } from "../summary/metrics.ts";
import { type HistoryFailure, timeoutMs } from "./open.ts";
import { readHistory } from "./read.ts";
import { type HistoryScope, type HistoryStatement, valueStatement, withCovariate } from "./statement.ts";

/** A spread of fewer is a guess. */
const unitsMin = 30;

/** How a unit's two numbers are to be read: its value, and its denominator or covariate. */
function numbersOf(metric: Metric) {
  const kind = summaryKind(metric, defaultUnitType);
  const isRate = kind === "proportion";
  return {
    kind,
    value: isRate ? "toFloat64(y > 0)" : "y",
    other: kind === "ratio" ? "z" : withCovariate(metric) ? "x" : undefined,
    counts: kind === "mean" && leavesOut(metric) ? "z > 0" : "true",
  };
}

interface MomentsRow {
  readonly n: number;
  readonly mean: number;
  readonly variance: number;
  readonly otherMean: number;
  readonly otherVariance: number;
  readonly covariance: number;
}

/** A metric's mean and spread in the past, and what its covariate knows of it. */
export async function baselineOf(
  warehouse: Warehouse,
  metric: Metric,
  from: HistoryScope,
): Promise<Reply<KnownMetric, HistoryFailure>> {
  const { kind, value, other, counts } = numbersOf(metric);
  if (kind === "distribution") return succeed({ kind: "needs_rows" });
  const { sql, parameters } = valueStatement(metric, from, false);
  const finite = (text: string): string => `ifNotFinite(toFloat64(${text}), 0)`;
  const moments = `
SELECT toFloat64(count()) AS n, ${finite("avg(v)")} AS mean, ${finite("varSampStable(v)")} AS variance,
  ${finite("avg(o)")} AS otherMean, ${finite("varSampStable(o)")} AS otherVariance, ${finite("covarSampStable(v, o)")} AS covariance
FROM (SELECT ${value} AS v, toFloat64(${other ?? 0}) AS o FROM (${sql}) WHERE ${counts})`;
  const rows = await warehouse.query<MomentsRow>(moments, parameters, { timeoutMs });
  if (!rows.ok) return fail(rows.failure);
  const [row] = rows.value;
  const { n, mean, variance, otherMean, otherVariance, covariance } = row ?? nothing;
  if (n < unitsMin) return succeed({ kind: "too_few_units", units: n, unitsMin });
  const product = Math.sqrt(variance) * Math.sqrt(otherVariance);
  const correlation = product > 0 ? Math.max(-1, Math.min(1, covariance / product)) : 0;
  switch (kind) {
    case "proportion":
      return succeed(known({ kind, rate: mean }, other, correlation));
    case "mean":
      return succeed(known({ kind, mean, standardDeviation: Math.sqrt(variance) }, other, correlation));
    case "ratio":
      return succeed({
        kind: "known",
        baseline: {
          kind,
          meanNumerator: mean,
          meanDenominator: otherMean,
          deviationNumerator: Math.sqrt(variance),
          deviationDenominator: Math.sqrt(otherVariance),
          correlation,
        },
      });
  }
}

const nothing: MomentsRow = { n: 0, mean: 0, variance: 0, otherMean: 0, otherVariance: 0, covariance: 0 };

type Known = Extract<KnownMetric, { kind: "known" }>;
const known = (baseline: Known["baseline"], other: string | undefined, correlation: number): Known => ({
  kind: "known",
  baseline,
  ...(other === undefined || correlation === 0 ? {} : { covariateCorrelation: correlation }),
});

/** Each unit's numbers, for simulations that draw from them. */
export async function ownUnits(
  warehouse: Warehouse,
  metric: Metric,
  from: HistoryScope,
  signal: AbortSignal,
): Promise<Reply<OwnUnits, HistoryFailure>> {
  const { value, other, counts } = numbersOf(metric);
  const { sql, parameters } = valueStatement(metric, from, false);
  const statement: HistoryStatement = {
    sql: `SELECT unit, toFloat64(${value}) AS v${other === undefined ? "" : `, toFloat64(${other}) AS o`} FROM (${sql}) WHERE ${counts}`,
    parameters,
  };
  const read = await readHistory(warehouse, statement, signal);
  if (!read.ok) return read;
  const [values, others] = read.value.columns.map(shared);
  return succeed({ values: values ?? new Float64Array(), ...(others === undefined ? {} : { others }) });
}

/** In memory that threads share. */
function shared(column: Float64Array): Float64Array {
  const copy = new Float64Array(new SharedArrayBuffer(column.byteLength));
  copy.set(column);
  return copy;
}
