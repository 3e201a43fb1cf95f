// The tables of the warehouse, as code: names of their columns in insert order, and the statements that make them.
//   S1. The sorting key ends in event_id and holds no time: rows with one id are one row, also when a retry without a
//       time of its own was stamped anew.
//   S2. Of such rows the first in the log counts, as in the folds: `precedence` falls along the log.
//   S3. Rows leave by when they came, not by when they happened: a backfill is not gone on arrival.

export const exposuresTable = "weir.exposures";
export const eventsTable = "weir.events";

export const columns = {
  [exposuresTable]: [
    "ts",
    "env",
    "experiment",
    "phase",
    "variant",
    "flag",
    "unit",
    "event_id",
    "session",
    "metadata",
    "received_at",
    "precedence",
  ],
  [eventsTable]: [
    "ts",
    "env",
    "event",
    "unit",
    "event_id",
    "value",
    "session",
    "metadata",
    "received_at",
    "precedence",
  ],
} as const;
export type Table = keyof typeof columns;

/** What identifies a row, sorting key first: a look-up by these reads one granule. */
export const identity = {
  [exposuresTable]: {
    env: "String",
    experiment: "String",
    phase: "UInt32",
    unit: "UInt64",
    event_id: "UInt64",
    precedence: "UInt64",
  },
  [eventsTable]: { env: "String", event: "String", unit: "UInt64", event_id: "UInt64", precedence: "UInt64" },
} as const satisfies Record<Table, Readonly<Record<string, string>>>;

/** Longest experiment, and a year's look back. */
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
CREATE TABLE IF NOT EXISTS ${exposuresTable} (
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
CREATE TABLE IF NOT EXISTS ${eventsTable} (
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
