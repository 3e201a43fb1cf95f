import { migrations } from "../migrations.ts";
import {
  addingView,
  dropRollupsThatAdd,
  markAllDays,
  readingView,
  rollupLedger,
  rollups,
  sumsColumns,
  sumsLayout,
  sumsOf,
} from "./rollups.ts";
import { columnsText, layoutText, settingsText } from "./table.ts";
import type { TableSpec } from "./table.ts";
import { tableKeys, tables } from "./tables.ts";

// The same tables for a cluster: on each server a replicated one, `<name>_local`, and under the plain name a distributed
// one over all shards. A unit lives on one shard, so that what is joined by unit is joined where it lies.

const quoted = (name: string): string => `'${name.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
/** ZooKeeper path and replica; the server fills in its own macros. */
const replicated = (engine: string, name: string, version: string): string =>
  `${engine}('/clickhouse/tables/{shard}/${name}', '{replica}'${version})`;
/** One table that all servers of all shards hold a copy of. */
const onEveryServer = (engine: string, name: string, version: string): string =>
  `Replicated${engine}('/clickhouse/tables/all/${name}', '{shard}-{replica}'${version})`;
const localName = (name: string): string => `${name}_local`;

/** What changes rows in place names the local tables, on all servers; a plain server has only one. */
export const changedTable = (cluster: string | undefined, name: string): string =>
  cluster === undefined ? name : `${localName(name)} ON CLUSTER ${quoted(cluster)}`;

/** All statements, in order. They may be repeated. */
export function clusterStatements(cluster: string): readonly string[] {
  const onCluster = `ON CLUSTER ${quoted(cluster)}`;
  const over = (name: string, key: string): string =>
    `CREATE TABLE IF NOT EXISTS ${name} ${onCluster} AS ${localName(name)}
ENGINE = Distributed(${quoted(cluster)}, 'weir', ${quoted(localName(name).replace("weir.", ""))}, ${key})`;
  const specs = tableKeys.map((key): TableSpec => tables[key]);
  const ledger = migrations.map(({ version, name }) => `(${version}, ${quoted(name)}, now64(3))`).join(", ");
  return [
    `CREATE DATABASE IF NOT EXISTS weir ${onCluster}`,
    ...specs.flatMap((spec) => [
      `CREATE TABLE IF NOT EXISTS ${localName(spec.name)} ${onCluster} ${columnsText(spec)}
ENGINE = ${replicated("ReplicatedReplacingMergeTree", spec.name, ", precedence")}
${layoutText(spec)}
${settingsText(spec)}`,
      over(spec.name, "unit"),
    ]),
    // A server's view sees the rows that come to its own shard.
    ...dropRollupsThatAdd(` ${onCluster}`),
    ...rollups.map(({ name }) => `DROP TABLE IF EXISTS ${localName(name)} ${onCluster}`),
    ...rollupLedger.map(
      ({ name, columns, engine, layout }) =>
        `CREATE TABLE IF NOT EXISTS ${name} ${onCluster} ${columns}
ENGINE = ${onEveryServer(engine, name, engine === "ReplacingMergeTree" ? ", generation" : "")}
${layout}`,
    ),
    ...rollups.flatMap((rollup) => [
      `CREATE TABLE IF NOT EXISTS ${localName(sumsOf(rollup))} ${onCluster} ${sumsColumns(rollup)}
ENGINE = ${replicated("ReplicatedAggregatingMergeTree", sumsOf(rollup), "")}
${sumsLayout(rollup)}`,
      addingView(rollup, ` ${onCluster}`, localName),
      over(sumsOf(rollup), "rand()"),
      readingView(rollup, ` ${onCluster}`),
    ]),
    markAllDays,
    // Every server has the whole list: a schema is of the cluster, not of a shard.
    `CREATE TABLE IF NOT EXISTS weir.migrations ${onCluster} (version UInt32, name String, applied_at DateTime64(3, 'UTC'))
ENGINE = ${onEveryServer("ReplacingMergeTree", "weir.migrations", "")}
ORDER BY version`,
    `INSERT INTO weir.migrations (version, name, applied_at) VALUES ${ledger}`,
  ];
}
