import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { EnvironmentKey } from "../../protocols/ids.ts";
import type { UnitId } from "../../protocols/ids.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import { EpochMs } from "../../protocols/time.ts";
import { systemClock } from "../../runtime/index.ts";
import { migrate } from "../migrations.ts";
import { temporaryWarehouse } from "../testing.ts";
import type { TemporaryWarehouse } from "../testing.ts";
import { insertLogs } from "../testing/insert-log.ts";

let temporary: TemporaryWarehouse;
before(async () => {
  temporary = await temporaryWarehouse();
  assert.ok((await migrate(temporary.warehouse, EpochMs.parse(0))).ok);
});
after(() => temporary.close());

test("rollups hold what came, by hour and by day", async () => {
  const hour = 3_600_000;
  const start = Math.floor(systemClock.now() / hour) * hour - 4 * hour;
  const records = Array.from({ length: 60 }, (_, index): LogRecord => ({
    type: "metric",
    id: `m${index}`,
    ts: start + (index % 3) * hour,
    at: start + 3 * hour,
    unit: `${String(index % 10).padStart(9, "A")}AAAAAAAAAAAAA` as UnitId,
    name: "buy",
    value: 2,
  }));
  await insertLogs(temporary.warehouse, [{ environment: EnvironmentKey.parse("e"), records }]);
  const found = await temporary.warehouse.query(
    "SELECT sum(events) AS events, sum(total) AS total, uniqMerge(units) AS units FROM weir.events_hourly WHERE env = 'e' GROUP BY hour ORDER BY hour",
  );
  assert.deepEqual(found, {
    ok: true,
    value: Array.from({ length: 3 }, () => ({ events: "20", total: 40, units: "10" })),
  });
});
