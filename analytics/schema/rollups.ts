// Sums for dashboards, kept by materialised views as rows come. They never decide anything: a view sees every row that
// is inserted, also those that a merge drops later, so after a repeated block it counts too much. What must be exact
// reads the tables themselves, with FINAL.

interface Rollup {
  readonly name: string;
  readonly columns: readonly string[];
  readonly sortingKey: readonly string[];
  /** The day or hour that rows leave by. */
  readonly time: string;
  readonly source: string;
  /** Columns are qualified: an alias that hides one would be taken for it. */
  readonly select: string;
}

const uniqueUnits = "units AggregateFunction(uniq, UInt64)";

export const rollups: readonly Rollup[] = [
  {
    name: "weir.events_hourly",
    columns: [
      "env LowCardinality(String)",
      "event LowCardinality(String)",
      "hour DateTime('UTC')",
      "events SimpleAggregateFunction(sum, UInt64)",
      "total SimpleAggregateFunction(sum, Float64)",
      uniqueUnits,
    ],
    sortingKey: ["env", "event", "hour"],
    time: "hour",
    source: "weir.events",
    select: `SELECT r.env AS env, r.event AS event, toStartOfHour(toDateTime(r.ts, 'UTC')) AS hour,
  count() AS events, sum(r.value) AS total, uniqState(r.unit) AS units
FROM weir.events AS r GROUP BY env, event, hour`,
  },
  {
    name: "weir.exposures_daily",
    columns: [
      "env LowCardinality(String)",
      "experiment LowCardinality(String)",
      "phase UInt32",
      "variant LowCardinality(String)",
      "day Date",
      "exposures SimpleAggregateFunction(sum, UInt64)",
      uniqueUnits,
    ],
    sortingKey: ["env", "experiment", "phase", "variant", "day"],
    time: "day",
    source: "weir.exposures",
    select: `SELECT r.env AS env, r.experiment AS experiment, r.phase AS phase, r.variant AS variant, toDate(r.ts, 'UTC') AS day,
  count() AS exposures, uniqState(r.unit) AS units
FROM weir.exposures AS r GROUP BY env, experiment, phase, variant, day`,
  },
];

/** A sketch of units cannot forget one, so it is kept no longer than a quarter. */
const rollupDays = 92;

export const rollupTable = ({ name, columns, sortingKey, time }: Rollup, engine: string): string =>
  `CREATE TABLE IF NOT EXISTS ${name} (\n  ${columns.join(",\n  ")}\n)
ENGINE = ${engine}
PARTITION BY toYYYYMM(${time})
ORDER BY (${sortingKey.join(", ")})
TTL ${time} + toIntervalDay(${rollupDays}) DELETE
SETTINGS ttl_only_drop_parts = 1`;

export const rollupView = ({ name, select }: Rollup): string =>
  `CREATE MATERIALIZED VIEW IF NOT EXISTS ${name}_view TO ${name} AS ${select}`;

export const createRollups: readonly string[] = rollups.flatMap((rollup) => [
  rollupTable(rollup, "AggregatingMergeTree"),
  rollupView(rollup),
]);
