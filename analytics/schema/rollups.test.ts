import assert from "node:assert/strict";
import { test } from "node:test";
import { event } from "../../actors/experiment/testing/records.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import { systemClock } from "../../runtime/index.ts";
import { warehouseHere } from "../testing/warehouse-here.ts";
import { insertLogs } from "../testing/insert-log.ts";

const temporary = await warehouseHere();

test("rollups hold what came, by hour and by day", async () => {
  const hour = 3_600_000;
  const start = Math.floor(systemClock.now() / hour) * hour - 4 * hour;
  const records = Array.from({ length: 60 }, (_, index) =>
    event(index % 10, "buy", 2, start + (index % 3) * hour, { at: start + 3 * hour }),
  );
  await insertLogs(temporary.warehouse, [{ environment: EnvironmentKey.parse("e"), records }]);
  const found = await temporary.warehouse.query(
    "SELECT sum(events) AS events, sum(total) AS total, uniqMerge(units) AS units FROM weir.events_hourly WHERE env = 'e' GROUP BY hour ORDER BY hour",
  );
  assert.deepEqual(found, {
    ok: true,
    value: Array.from({ length: 3 }, () => ({ events: "20", total: 40, units: "10" })),
  });
});
