import type { ExperimentDefinition } from "../protocols/experiment.ts";
import type { Metric, RatioTerm } from "../protocols/metric.ts";
import { eventsTable, exposuresTable } from "./schema.ts";

// One statement for all metrics of an experiment: exposures give each unit its variant and its time zero, the events
// are read once and joined, and the arms are summed up. The join keeps units without events (zeros are data), and its
// right side has each unit once by construction, so nothing counts twice.
//   Q1. Sums and deviations are taken of `value − pivot`: around a pivot near the mean they do not cancel.
//   Q2. Names and values are parameters; only generated column names enter the text.

export interface SummarySql {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, string | number | readonly string[]>>;
}

/** Per metric: of its one number a unit, or of a ratio's two. */
export type Pivot = readonly [number, number];

export interface SummarySqlOptions {
  readonly environment: string;
  readonly definition: ExperimentDefinition;
  readonly pivots: readonly Pivot[];
  /** Units up to this hash only; decimal text of a UInt64. */
  readonly unitMax: string;
}

export function summarySql({ environment, definition, pivots, unitMax }: SummarySqlOptions): SummarySql {
  const { experiment, metrics } = definition;
  const names = [...new Set(metrics.flatMap(eventNames))];
  const parameters: Record<string, string | number | readonly string[]> = {
    env: environment,
    experiment: experiment.key,
    phase: experiment.phase,
    unit_max: unitMax,
    events: names,
  };
  names.forEach((name, index) => (parameters[`e${index}`] = name));
  pivots.forEach(([first, second], index) => {
    parameters[`p${index}`] = first;
    parameters[`q${index}`] = second;
  });
  const term = (of: RatioTerm): string => {
    const condition = `e.event = {e${names.indexOf(of.event)}:String} AND e.ts >= x.t0`;
    return of.aggregate === "count"
      ? `toFloat64(countIf(${condition}))`
      : `sumKahanIf(e.value, ${condition})`;
  };
  const sql = `
SELECT variant, crossed, count() AS units${metrics.map((metric, index) => `,\n  ${armColumns(metric, index)}`).join("")}
FROM (
  SELECT x.unit, any(x.variant) AS variant, any(x.crossed) AS crossed${metrics
    .map((metric, index) => `,\n    ${unitColumns(metric, index, term)}`)
    .join("")}
  FROM (
    SELECT unit, event, ts, value FROM ${eventsTable} FINAL
    WHERE env = {env:String} AND event IN {events:Array(String)} AND unit <= {unit_max:UInt64}
  ) AS e
  RIGHT JOIN (
    SELECT s.unit AS unit, argMin(s.variant, s.ts) AS variant, min(s.ts) AS t0, uniqExact(s.variant) > 1 AS crossed
    FROM ${exposuresTable} AS s FINAL
    WHERE s.env = {env:String} AND s.experiment = {experiment:String} AND s.phase = {phase:UInt32} AND s.unit <= {unit_max:UInt64}
    GROUP BY s.unit
  ) AS x ON e.unit = x.unit
  GROUP BY x.unit
)
GROUP BY variant, crossed`;
  return { sql, parameters };
}

function eventNames({ definition }: Metric): string[] {
  return definition.type === "ratio"
    ? [definition.numerator.event, definition.denominator.event]
    : [definition.event];
}

/** A unit's numbers: `y<i>`, and `z<i>` where the metric needs a second. */
function unitColumns({ definition }: Metric, index: number, term: (of: RatioTerm) => string): string {
  switch (definition.type) {
    case "binary":
    case "count":
      return `${term({ event: definition.event, aggregate: "count" })} AS y${index}`;
    case "sum":
      return `${term({ event: definition.event, aggregate: "sum" })} AS y${index}`;
    case "mean": {
      const count = term({ event: definition.event, aggregate: "count" });
      const sum = term({ event: definition.event, aggregate: "sum" });
      return `${count} AS z${index}, if(z${index} = 0, 0, ${sum} / z${index}) AS y${index}`;
    }
    case "ratio":
      return `${term(definition.numerator)} AS y${index}, ${term(definition.denominator)} AS z${index}`;
  }
}

/** An arm's sums: `n<i>` units, `m<i>` mean and `d<i>` squared deviations of y; for a ratio also of z, and both. */
function armColumns({ definition }: Metric, index: number): string {
  const y = `y${index} - {p${index}:Float64}`; // Q1
  const z = `z${index} - {q${index}:Float64}`;
  const mean = (of: string, pivot: string, when: string): string =>
    `ifNotFinite({${pivot}:Float64} + sumKahanIf(${of}, ${when}) / countIf(${when}), 0)`;
  switch (definition.type) {
    case "binary":
      return `countIf(y${index} > 0) AS n${index}`;
    case "count":
    case "sum":
      return `count() AS n${index}, ${mean(y, `p${index}`, "true")} AS m${index}, varPopStable(${y}) * count() AS d${index}`;
    case "mean": {
      const has = `z${index} > 0`;
      const deviations = `ifNotFinite(varPopStableIf(${y}, ${has}) * countIf(${has}), 0)`;
      return `countIf(${has}) AS n${index}, ${mean(y, `p${index}`, has)} AS m${index}, ${deviations} AS d${index}`;
    }
    case "ratio":
      return [
        `count() AS n${index}`,
        `${mean(y, `p${index}`, "true")} AS m${index}`,
        `varPopStable(${y}) * count() AS d${index}`,
        `${mean(z, `q${index}`, "true")} AS mz${index}`,
        `varPopStable(${z}) * count() AS dz${index}`,
        `covarPopStable(${y}, ${z}) * count() AS c${index}`,
      ].join(", ");
  }
}
