import assert from "node:assert/strict";
import { test } from "node:test";
import { warehouseHere } from "../testing/warehouse-here.ts";
import { changedTable, clusterStatements } from "./cluster.ts";
import { tableKeys, tables } from "./tables.ts";

const temporary = await warehouseHere();

test("every statement for a cluster is one that ClickHouse reads", async () => {
  for (const statement of clusterStatements("weir's")) {
    const read = await temporary.warehouse.query<{ text: string }>(
      "SELECT formatQuery({statement:String}) AS text",
      { statement: statement.replace(/ VALUES [\s\S]*$/, " SELECT 1, '', now64(3)") },
    );
    assert.ok(read.ok, `${statement}\n${JSON.stringify(read)}`);
  }
});

test("each table is there twice: replicated on each server, and over all of them under its own name", () => {
  const text = clusterStatements("c").join("\n");
  for (const key of tableKeys) {
    const { name } = tables[key];
    assert.ok(text.includes(`CREATE TABLE IF NOT EXISTS ${name}_local ON CLUSTER 'c' (`));
    assert.ok(text.includes(`CREATE TABLE IF NOT EXISTS ${name} ON CLUSTER 'c' AS ${name}_local`));
    assert.ok(text.includes(`ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/${name}'`));
  }
  assert.ok(!text.includes("non_replicated_deduplication_window"));
});

test("rows are changed in the local tables of all servers, or in the one table there is", () => {
  assert.equal(changedTable(undefined, "weir.events"), "weir.events");
  assert.equal(changedTable("c", "weir.events"), "weir.events_local ON CLUSTER 'c'");
});
