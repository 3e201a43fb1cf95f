import assert from "node:assert/strict";
import { test } from "node:test";
import { analyticsConfig } from "./config.ts";

test("without anything set, the warehouse is embedded in .data", () => {
  const { warehouse, threads, setAsideDays } = analyticsConfig({});
  assert.deepEqual([threads, setAsideDays], [1, 7]);
  assert.ok(warehouse.kind === "embedded" && warehouse.directory.endsWith("/.data/warehouse"));
});

test("a server is used when it is named", () => {
  const { warehouse } = analyticsConfig({ CLICKHOUSE_URL: "https://ch:8443", CLICKHOUSE_USER: "weir" });
  assert.deepEqual(warehouse, { kind: "server", url: "https://ch:8443", username: "weir", password: "" });
});

test("the socket of a deep data directory is put where its path is short", () => {
  const { warehouse } = analyticsConfig({ WEIR_DATA_DIR: `/${"deep/".repeat(30)}` });
  assert.ok(warehouse.kind === "embedded" && Buffer.byteLength(warehouse.socketPath) < 100);
});

test("all problems are told at once", () => {
  assert.throws(
    () => analyticsConfig({ WEIR_ANALYTICS_THREADS: "0", CLICKHOUSE_URL: "nonsense", LOG_LEVEL: "loud" }),
    ({ message }: Error) =>
      ["WEIR_ANALYTICS_THREADS", "CLICKHOUSE_URL", "LOG_LEVEL"].every((name) => message.includes(name)),
  );
});
