// The rollups of the third schema, as they were released: views added what came, also what a merge dropped later.
// Never edited, and replaced by the fourth: what they are now is in rollups.ts.

export const createRollupsThatAdd: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS weir.events_hourly (
  env LowCardinality(String),
  event LowCardinality(String),
  hour DateTime('UTC'),
  events SimpleAggregateFunction(sum, UInt64),
  total SimpleAggregateFunction(sum, Float64),
  units AggregateFunction(uniq, UInt64)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(hour)
ORDER BY (env, event, hour)
TTL hour + toIntervalDay(92) DELETE
SETTINGS ttl_only_drop_parts = 1`,
  `CREATE MATERIALIZED VIEW IF NOT EXISTS weir.events_hourly_view TO weir.events_hourly AS SELECT r.env AS env, r.event AS event, toStartOfHour(toDateTime(r.ts, 'UTC')) AS hour,
  count() AS events, sum(r.value) AS total, uniqState(r.unit) AS units
FROM weir.events AS r GROUP BY env, event, hour`,
  `CREATE TABLE IF NOT EXISTS weir.exposures_daily (
  env LowCardinality(String),
  experiment LowCardinality(String),
  phase UInt32,
  variant LowCardinality(String),
  day Date,
  exposures SimpleAggregateFunction(sum, UInt64),
  units AggregateFunction(uniq, UInt64)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (env, experiment, phase, variant, day)
TTL day + toIntervalDay(92) DELETE
SETTINGS ttl_only_drop_parts = 1`,
  `CREATE MATERIALIZED VIEW IF NOT EXISTS weir.exposures_daily_view TO weir.exposures_daily AS SELECT r.env AS env, r.experiment AS experiment, r.phase AS phase, r.variant AS variant, toDate(r.ts, 'UTC') AS day,
  count() AS exposures, uniqState(r.unit) AS units
FROM weir.exposures AS r GROUP BY env, experiment, phase, variant, day`,
];
