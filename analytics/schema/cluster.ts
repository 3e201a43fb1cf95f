import { migrations } from "../migrations.ts";
import { rollups } from "./rollups.ts";
import { columnsText, layoutText, settingsText } from "./table.ts";
import type { TableSpec } from "./table.ts";
import { tableKeys, tables } from "./tables.ts";

// The same tables for a cluster: on each server a replicated one, `<name>_local`, and under the plain name a distributed
// one over all shards. A unit lives on one shard, so that what is joined by unit is joined where it lies.

const quoted = (name: string): string => `'${name.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
/** ZooKeeper path and replica; the server fills in its own macros. */
const replicated = (engine: string, name: string, version: string): string =>
  `${engine}('/clickhouse/tables/{shard}/${name}', '{replica}'${version})`;
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
    ...rollups.flatMap(({ name, columns, sortingKey, time, source, select }) => [
      `CREATE TABLE IF NOT EXISTS ${localName(name)} ${onCluster} (\n  ${columns.join(",\n  ")}\n)
ENGINE = ${replicated("ReplicatedAggregatingMergeTree", name, "")}
PARTITION BY toYYYYMM(${time})
ORDER BY (${sortingKey.join(", ")})`,
      `CREATE MATERIALIZED VIEW IF NOT EXISTS ${name}_view ${onCluster} TO ${localName(name)} AS ${select.replaceAll(source, localName(source))}`,
      over(name, "rand()"),
    ]),
    // Every server has the whole list: a schema is of the cluster, not of a shard.
    `CREATE TABLE IF NOT EXISTS weir.migrations ${onCluster} (version UInt32, name String, applied_at DateTime64(3, 'UTC'))
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/weir.migrations', '{shard}-{replica}')
ORDER BY version`,
    `INSERT INTO weir.migrations (version, name, applied_at) VALUES ${ledger}`,
  ];
}
