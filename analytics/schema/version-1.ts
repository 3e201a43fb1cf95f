// The first schema, as it was released. Never edited: what the tables are now is in tables.ts.

const retentionDays = 400;

/** fsync: at 10,000 rows a part it costs no measurable time, and a power cut keeps what was acknowledged. */
const engine = (sortingKey: string): string => `
  ENGINE = ReplacingMergeTree(precedence)
  PARTITION BY toYYYYMM(ts)
  ORDER BY (${sortingKey})
  TTL toDateTime(received_at) + INTERVAL ${retentionDays} DAY DELETE
  SETTINGS ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1,
    non_replicated_deduplication_window = 0`; // its log may be ahead of the data: a kill in between loses a block

export const createExposures = `
CREATE TABLE IF NOT EXISTS weir.exposures (
  ts DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  env LowCardinality(String),
  experiment LowCardinality(String),
  phase UInt32,
  variant LowCardinality(String),
  flag LowCardinality(String),
  unit UInt64 CODEC(ZSTD(1)),
  event_id UInt64 CODEC(NONE),
  session String CODEC(ZSTD(1)),
  metadata String CODEC(ZSTD(1)),
  received_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  precedence UInt64 CODEC(Delta(8), ZSTD(1))
) ${engine("env, experiment, phase, unit, event_id")}`;

export const createEvents = `
CREATE TABLE IF NOT EXISTS weir.events (
  ts DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  env LowCardinality(String),
  event LowCardinality(String),
  unit UInt64 CODEC(ZSTD(1)),
  event_id UInt64 CODEC(NONE),
  value Float64 CODEC(ZSTD(1)),
  session String CODEC(ZSTD(1)),
  metadata String CODEC(ZSTD(1)),
  received_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  precedence UInt64 CODEC(Delta(8), ZSTD(1))
) ${engine("env, event, unit, event_id")}`;
