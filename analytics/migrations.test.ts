import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { exposure } from "../actors/experiment/testing/records.ts";
import { EnvironmentKey } from "../protocols/ids.ts";
import { EpochMs } from "../protocols/time.ts";
import { systemClock } from "../runtime/index.ts";
import type { Warehouse } from "./clickhouse.ts";
import { migrate, migrations } from "./migrations.ts";
import { applyRetention } from "./schema/retention.ts";
import type { TableSpec } from "./schema/table.ts";
import { tableKeys, tables } from "./schema/tables.ts";
import { precedenceOf } from "./sink/precedence.ts";
import { rowsOf } from "./sink/rows.ts";
import { temporaryWarehouse } from "./testing.ts";
import type { TemporaryWarehouse } from "./testing.ts";

let temporary: TemporaryWarehouse;
before(async () => {
  temporary = await temporaryWarehouse();
});
after(() => temporary.close());

const now = EpochMs.parse(0);
const first = migrations.slice(0, 1);

test("data of the first schema stay, and read as rows without a bot", async () => {
  const { warehouse } = temporary;
  assert.deepEqual(await migrate(warehouse, now, first), { ok: true, value: [1] });
  const old = tables.events.columns.filter(([name]) => name !== "bot");
  const at = systemClock.now();
  const row = [at, "e", "click", "1", "2", 1, "", "", at, 5];
  const inserted = await warehouse.insert({ ...tables.events, columns: old }, [row]);
  assert.ok(inserted.ok, JSON.stringify(inserted));
  assert.deepEqual(await migrate(warehouse, now), {
    ok: true,
    value: migrations.slice(1).map(({ version }) => version),
  });
  const found = await warehouse.query("SELECT event, bot FROM weir.events");
  assert.deepEqual(found, { ok: true, value: [{ event: "click", bot: 0 }] });
});

test("after all migrations the tables are as the code has them", async () => {
  const found = await temporary.warehouse.query<{ table: string; name: string; type: string }>(
    "SELECT concat('weir.', table) AS table, name, type FROM system.columns WHERE database = 'weir' ORDER BY table, name",
  );
  assert.ok(found.ok);
  const columns: readonly { table: string; name: string; type: string }[] = found.value;
  for (const spec of tableKeys.map((key): TableSpec => tables[key])) {
    const present = columns.filter(({ table }) => table === spec.name);
    assert.deepEqual(
      present.map(({ name, type }) => `${name} ${type}`).sort(),
      spec.columns.map(([name, type]) => `${name} ${type}`).sort(),
    );
  }
});

test("migrating again applies nothing, and data from a newer version are refused", async () => {
  const { warehouse } = temporary;
  assert.deepEqual(await migrate(warehouse, now), { ok: true, value: [] });
  const versionMax = migrations.at(-1)?.version ?? 0;
  assert.deepEqual(await migrate(warehouse, now, first), {
    ok: false,
    failure: { code: "schema_too_new", version: versionMax, versionMax: 1 },
  });
});

test("a ledger that lost a record has all run again from there on, and rows go on coming", async () => {
  const { warehouse } = temporary;
  const versions = migrations.map(({ version }) => version);
  for (const lost of versions) {
    const sql = `DELETE FROM weir.migrations WHERE version = ${lost}`;
    assert.ok((await warehouse.command(sql)).ok);
    const again = versions.filter((version) => version >= lost);
    assert.deepEqual(await migrate(warehouse, now), { ok: true, value: again });
    const record = exposure(lost, "a", systemClock.now());
    const rows = rowsOf(record, EnvironmentKey.parse("e"), precedenceOf(lost, 0));
    const inserted = await warehouse.insert(
      tables.exposures,
      rows.map(({ values }) => values),
    );
    assert.ok(inserted.ok, JSON.stringify(inserted));
  }
  const views = await warehouse.query(
    "SELECT name FROM system.tables WHERE database = 'weir' AND engine LIKE '%View' ORDER BY name",
  );
  assert.deepEqual(views, {
    ok: true,
    value: ["events_hourly", "events_hourly_sums_view", "exposures_daily", "exposures_daily_sums_view"].map(
      (name) => ({ name }),
    ),
  });
});

test("rows leave after the days that are configured, whatever the table was made with", async () => {
  const { warehouse } = temporary;
  assert.deepEqual(await applyRetention(warehouse, 400), { ok: true, value: [] });
  const changed = await applyRetention(warehouse, 30);
  assert.ok(changed.ok);
  assert.ok(changed.value.includes("weir.exposures") && changed.value.includes("weir.decisions"));
  assert.ok(!changed.value.includes("weir.deletions"), "tombstones stay");
  assert.deepEqual(await applyRetention(warehouse, 30), { ok: true, value: [] });
});

test("a released version of the schema does not change", () => {
  const digests = migrations.map(({ version, statements }) => [
    version,
    createHash("sha256").update(statements.join("\n")).digest("hex").slice(0, 12),
  ]);
  assert.deepEqual(digests, [
    [1, "d07c89a1293d"],
    [2, "0885e8d553cf"],
    [3, "4f37953e4e5e"],
    [4, "335903221156"],
  ]);
});

test("on a disk with little room no table is made or changed, and that is the reason given", async () => {
  const { warehouse } = temporary;
  const little: Warehouse = {
    ...warehouse,
    query: (sql, ...rest) =>
      sql.includes("system.disks") ? warehouse.query("SELECT '1000' AS free") : warehouse.query(sql, ...rest),
    command: () => assert.fail("nothing is changed"),
  };
  const next = [...migrations, { version: 99, name: "next", statements: ["SELECT 1"] }];
  for (const outcome of [await migrate(little, now, next), await applyRetention(little, 7)])
    assert.ok(!outcome.ok && outcome.failure.code === "warehouse_cannot_write");
  assert.deepEqual(await migrate(little, now), { ok: true, value: [] }, "without a change it goes on");
});
