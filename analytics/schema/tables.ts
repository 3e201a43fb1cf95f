import type { TableSpec } from "./table.ts";

// The tables as they are now.
//   S1. The sorting key ends in the event's id and holds no time: rows with one id are one row, also when a retry
//       without a time of its own was stamped anew.
//   S2. Of such rows the first in the log counts, as in the folds: `precedence` falls along the log.
//   S3. Rows leave by when they came, not by when they happened: a backfill is not gone on arrival.
//   S4. What is said about units (identities, consents, bots, deletions) is small, decides every count, and stays.

type Column = TableSpec["columns"][number];
const time = (name: string): Column => [name, "DateTime64(3, 'UTC')", "Delta(8), ZSTD(1)"];
const word = (name: string): Column => [name, "LowCardinality(String)"];
const text = (name: string): Column => [name, "String", "ZSTD(1)"];
const flag = (name: string): Column => [name, "UInt8", "ZSTD(1)"];
const env = word("env");
const unit: Column = ["unit", "UInt64", "ZSTD(1)"];
const eventId: Column = ["event_id", "UInt64", "NONE"];
const precedence: Column = ["precedence", "UInt64", "Delta(8), ZSTD(1)"];
const received = time("received_at");
const log: readonly Column[] = [received, precedence];
const tail: readonly Column[] = [text("session"), text("metadata"), ...log];

export const tables = {
  exposures: {
    name: "weir.exposures",
    columns: [
      time("ts"),
      env,
      word("experiment"),
      ["phase", "UInt32"],
      word("variant"),
      word("flag"),
      unit,
      eventId,
      ...tail,
      flag("bot"),
    ],
    sortingKey: ["env", "experiment", "phase", "unit", "event_id"],
    identity: ["env", "experiment", "phase", "unit", "event_id", "precedence"],
    month: "ts",
  },
  events: {
    name: "weir.events",
    columns: [
      time("ts"),
      env,
      word("event"),
      unit,
      eventId,
      ["value", "Float64", "ZSTD(1)"],
      ...tail,
      flag("bot"),
    ],
    sortingKey: ["env", "event", "unit", "event_id"],
    identity: ["env", "event", "unit", "event_id", "precedence"],
    month: "ts",
  },
  /** Both kinds: those of the gateway's log, and those that clients made and told. */
  decisions: {
    name: "weir.decisions",
    columns: [
      time("ts"),
      env,
      word("source"),
      text("decision"),
      word("flag"),
      word("variation"),
      word("reason"),
      word("code"),
      word("rule"),
      word("experiment"),
      ["phase", "UInt32"],
      word("variant"),
      ["propensity", "Nullable(Float64)", "ZSTD(1)"],
      word("shadow"),
      ["version", "UInt64", "ZSTD(1)"],
      unit,
      eventId,
      ...tail,
    ],
    sortingKey: ["env", "flag", "source", "unit", "event_id"],
    identity: ["env", "flag", "source", "unit", "event_id", "precedence"],
    month: "ts",
  },
  slots: {
    name: "weir.slots",
    columns: [
      time("ts"),
      env,
      text("ranking"),
      word("experiment"),
      word("variant"),
      ["items", "Array(String)", "ZSTD(1)"],
      ["rankers", "Array(LowCardinality(String))", "ZSTD(1)"],
      ["propensities", "Array(Nullable(Float64))", "ZSTD(1)"],
      unit,
      eventId,
      ...tail,
    ],
    sortingKey: ["env", "experiment", "unit", "event_id"],
    identity: ["env", "experiment", "unit", "event_id", "precedence"],
    month: "ts",
  },
  rewards: {
    name: "weir.rewards",
    columns: [
      time("ts"),
      env,
      word("reward"),
      text("decision"),
      text("item"),
      ["value", "Float64", "ZSTD(1)"],
      unit,
      eventId,
      ...tail,
    ],
    sortingKey: ["env", "reward", "unit", "event_id"],
    identity: ["env", "reward", "unit", "event_id", "precedence"],
    month: "ts",
  },
  shadows: {
    name: "weir.shadows",
    columns: [
      time("ts"),
      env,
      word("flag"),
      text("served"),
      text("candidate"),
      ["served_ms", "Nullable(Float64)", "ZSTD(1)"],
      ["candidate_ms", "Nullable(Float64)", "ZSTD(1)"],
      text("error"),
      unit,
      eventId,
      ...tail,
    ],
    sortingKey: ["env", "flag", "unit", "event_id"],
    identity: ["env", "flag", "unit", "event_id", "precedence"],
    month: "ts",
  },
  covariates: {
    name: "weir.covariates",
    columns: [
      env,
      word("experiment"),
      ["phase", "UInt32"],
      word("metric"),
      unit,
      ["first", "Float64", "ZSTD(1)"],
      ["second", "Float64", "ZSTD(1)"],
      ...log,
    ],
    sortingKey: ["env", "experiment", "phase", "metric", "unit"],
    identity: ["env", "experiment", "phase", "metric", "unit", "precedence"],
    month: "received_at",
  },
  /** What experiments meant, by version of the plan; each partition of the stream says it once. */
  definitions: {
    name: "weir.definitions",
    columns: [
      env,
      word("experiment"),
      ["phase", "UInt32"],
      ["version", "UInt64", "ZSTD(1)"],
      text("definition"),
      ...log,
    ],
    sortingKey: ["env", "experiment", "phase", "version"],
    identity: ["env", "experiment", "phase", "version", "precedence"],
  },
  /** A unit is linked once; of several links the first in the log holds. */
  identities: {
    name: "weir.identities",
    columns: [env, unit, ["known", "UInt64", "ZSTD(1)"], time("ts"), ...log],
    sortingKey: ["env", "unit"],
    identity: ["env", "unit", "precedence"],
  },
  consents: {
    name: "weir.consents",
    columns: [env, unit, eventId, flag("analytics"), time("ts"), ...log],
    sortingKey: ["env", "unit", "event_id"],
    identity: ["env", "unit", "event_id", "precedence"],
  },
  bots: {
    name: "weir.bots",
    columns: [env, unit, word("source"), ...log],
    sortingKey: ["env", "unit"],
    identity: ["env", "unit", "precedence"],
  },
  /** Tombstones: no row of these units is written any more. */
  deletions: {
    name: "weir.deletions",
    columns: [env, unit, ...log],
    sortingKey: ["env", "unit"],
    identity: ["env", "unit", "precedence"],
  },
} as const satisfies Record<string, TableSpec>;

export type TableKey = keyof typeof tables;
export const tableKeys = Object.keys(tables) as readonly TableKey[];

/** Those with a row for a unit. */
export const unitTableKeys = tableKeys.filter((key) => key !== "definitions");

export const columnNames = (table: TableKey): [string, ...string[]] =>
  tables[table].columns.map(([name]) => name) as [string, ...string[]];

/** Type of each column that names a row. */
export function identityOf(table: TableKey): readonly (readonly [name: string, type: string])[] {
  const spec: TableSpec = tables[table];
  return spec.identity.map((name) => {
    const type = spec.columns.find((column) => column[0] === name)?.[1] ?? "String";
    return [name, type === "LowCardinality(String)" ? "String" : type] as const;
  });
}
