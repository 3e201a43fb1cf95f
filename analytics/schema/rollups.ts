import { precedenceMax, recordsPerMessageMax } from "../sink/precedence.ts";

// Sums for dashboards, exact by construction: a day is computed from the deduplicated table (rollups/), and what came
// into the log since is added by materialised views.
//   U1. A view sees every row that is inserted, also one that is there already, and nothing of rows that are removed. So its
//       sums, of generation 0, count only from the position of the log that the day was computed up to.
//   U2. A computed day has a generation of its own, which counts from when `rollup_days` names it: a day changes at once
//       and as a whole, and one that was cut short is never seen.
//   U3. Whoever reads takes the view named like the rollup, which knows U1 and U2.

export interface Rollup {
  /** What is read. */
  readonly name: string;
  readonly keys: readonly Column[];
  readonly sums: readonly Column[];
  /** The day or hour that rows leave by. */
  readonly time: string;
  readonly source: string;
}
/** Name, type, and what it is of a row `r`: qualified, for an alias that hides a column would be taken for it. */
type Column = readonly [name: string, type: string, of: string];

const word = (name: string): Column => [name, "LowCardinality(String)", `r.${name}`];
const units: Column = ["units", "AggregateFunction(uniq, UInt64)", "uniqState(r.unit)"];
const count = (name: string): Column => [name, "SimpleAggregateFunction(sum, UInt64)", "count()"];

export const rollups: readonly Rollup[] = [
  {
    name: "weir.events_hourly",
    keys: [word("env"), word("event"), ["hour", "DateTime('UTC')", "toStartOfHour(toDateTime(r.ts, 'UTC'))"]],
    sums: [count("events"), ["total", "SimpleAggregateFunction(sum, Float64)", "sum(r.value)"], units],
    time: "hour",
    source: "weir.events",
  },
  {
    name: "weir.exposures_daily",
    keys: [
      word("env"),
      word("experiment"),
      ["phase", "UInt32", "r.phase"],
      word("variant"),
      ["day", "Date", "toDate(r.ts, 'UTC')"],
    ],
    sums: [count("exposures"), units],
    time: "day",
    source: "weir.exposures",
  },
];

/** A sketch of units cannot forget one, so it is kept no longer than a quarter. */
export const rollupDays = 92;

export const sumsOf = ({ name }: Pick<Rollup, "name">): string => `${name}_sums`;
export const dayOf = ({ time }: Rollup): string => `toDate(s.${time})`;
export const namesOf = ({ keys, sums }: Rollup): readonly string[] =>
  [...keys, ...sums].map(([name]) => name);

const texts = (columns: readonly Column[]): string =>
  columns.map(([name, , of]) => `${of} AS ${name}`).join(", ");
const keyNames = ({ keys }: Rollup): string => keys.map(([name]) => name).join(", ");
/** Where in the log a row came from: the sequence of its message. */
const position = `intDiv(${precedenceMax} - r.precedence, ${recordsPerMessageMax})`;
const durable = "fsync_after_insert = 1, fsync_part_directory = 1";

export const sumsColumns = ({ keys, sums }: Rollup): string =>
  `(\n  ${[...keys, ...sums].map(([name, type]) => `${name} ${type}`).join(",\n  ")},
  generation UInt64,
  position UInt64\n)`;

export const sumsLayout = (rollup: Rollup): string =>
  `PARTITION BY toYYYYMM(${rollup.time})
ORDER BY (${keyNames(rollup)}, generation, position)
TTL ${rollup.time} + toIntervalDay(${rollupDays}) DELETE
SETTINGS ttl_only_drop_parts = 1, ${durable}`;

/** U1. On a cluster it sees the rows of its own server's table. */
export const addingView = (rollup: Rollup, onCluster = "", local = (name: string) => name): string =>
  `CREATE MATERIALIZED VIEW IF NOT EXISTS ${sumsOf(rollup)}_view${onCluster} TO ${local(sumsOf(rollup))} AS
SELECT ${texts(rollup.keys)}, ${texts(rollup.sums)}, toUInt64(0) AS generation, max(${position}) AS position
FROM ${local(rollup.source)} AS r GROUP BY ${keyNames(rollup)}`;

/** The sums that count (U1, U2). `seen` leaves out what the views added behind a place in the log. */
export const countingSums = (rollup: Rollup, seen = ""): string =>
  `SELECT ${namesOf(rollup)
    .map((name) => `s.${name} AS ${name}`)
    .join(", ")}
FROM ${sumsOf(rollup)} AS s
LEFT JOIN (
  SELECT d.day AS computed, max(d.generation) AS newest, argMax(d.position, d.generation) AS reached
  FROM weir.rollup_days AS d WHERE d.rollup = '${rollup.name}' GROUP BY computed
) AS c ON ${dayOf(rollup)} = c.computed
WHERE if(s.generation = 0, s.position > c.reached${seen}, s.generation = c.newest)`;

export const readingView = (rollup: Rollup, onCluster = ""): string =>
  `CREATE VIEW IF NOT EXISTS ${rollup.name}${onCluster} AS ${countingSums(rollup)}`;

/** What days are by the table itself. */
export const computedSums = (rollup: Rollup, condition: string): string =>
  `SELECT ${texts(rollup.keys)}, ${texts(rollup.sums)}
FROM ${rollup.source} AS r FINAL WHERE ${condition} GROUP BY ${keyNames(rollup)}`;

/** Which days were computed, and what makes some due: small tables, which every server of a cluster has whole. */
export const rollupLedger: readonly { name: string; columns: string; engine: string; layout: string }[] = [
  {
    name: "weir.rollup_days",
    columns: "(rollup LowCardinality(String), day Date, generation UInt64, position UInt64)",
    engine: "ReplacingMergeTree",
    layout: "ORDER BY (rollup, day)",
  },
  {
    name: "weir.rollup_marks",
    columns: `(day Date, reason LowCardinality(String),
  at SimpleAggregateFunction(max, UInt64), position SimpleAggregateFunction(max, UInt64))`,
    engine: "AggregatingMergeTree",
    layout: "ORDER BY (day, reason)",
  },
];

/** Rollups that were released under the same names, and only added. */
export const dropRollupsThatAdd = (onCluster = ""): readonly string[] =>
  rollups.flatMap(({ name }) => [
    `DROP TABLE IF EXISTS ${name}_view${onCluster}`,
    `DROP TABLE IF EXISTS ${name}${onCluster}`,
  ]);

/** Every day that has rows is computed once: views know only what comes after they were made. */
export const markAllDays = `INSERT INTO weir.rollup_marks (day, reason, at, position)
SELECT DISTINCT toDate(ts, 'UTC') AS day, 'upgrade', 1, 0 FROM (
${rollups.map(({ source }) => `  SELECT ts FROM ${source} WHERE ts > now() - toIntervalDay(${rollupDays})`).join(" UNION ALL\n")}
)`;

export const createRollups: readonly string[] = [
  ...dropRollupsThatAdd(),
  ...rollupLedger.map(
    ({ name, columns, engine, layout }) =>
      `CREATE TABLE IF NOT EXISTS ${name} ${columns}
ENGINE = ${engine}${engine === "ReplacingMergeTree" ? "(generation)" : ""}
${layout}
SETTINGS ${durable}`,
  ),
  ...rollups.flatMap((rollup) => [
    `CREATE TABLE IF NOT EXISTS ${sumsOf(rollup)} ${sumsColumns(rollup)}
ENGINE = AggregatingMergeTree
${sumsLayout(rollup)}`,
    addingView(rollup),
    readingView(rollup),
  ]),
  markAllDays,
];
