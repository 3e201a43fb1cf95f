import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { event, exposure, unitOf } from "../../actors/experiment/testing/records.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import { EpochMs } from "../../protocols/time.ts";
import { silentLog, systemClock, systemRandom } from "../../runtime/index.ts";
import type { Warehouse } from "../clickhouse.ts";
import { purgeUnits } from "../deletion.ts";
import { migrate, migrations } from "../migrations.ts";
import { unitText } from "../sink/rows.ts";
import { temporaryWarehouse } from "../testing.ts";
import { insertLogs } from "../testing/insert-log.ts";
import { warehouseHere } from "../testing/warehouse-here.ts";
import { markDoubt } from "./after-crash.ts";
import { keepRollups } from "./keeper.ts";
import { readLedger } from "./ledger.ts";
import { markDays } from "./marks.ts";

// Every way by which a rollup came to differ from its table, and that it does not stay so. Rows go in as the sink writes
// them; each record is a message of its own, and the first has the place 1.

let { warehouse } = await warehouseHere();
const environment = EnvironmentKey.parse("e");
const hour = 3_600_000;
/** Yesterday at noon: all of it is one day, and kept. */
const noon = Math.floor(systemClock.now() / (24 * hour)) * 24 * hour - 12 * hour;
const day = new Date(noon).toISOString().slice(0, 10);
const buy = (index: number, value = 2): LogRecord =>
  event(index % 10, "buy", value, noon + (index % 3) * hour, { id: `m${index}`, at: noon });
const see = (index: number): LogRecord => exposure(index, "a", noon, { id: `x${index}` });
const logOf = (buys: number, sights: number): LogRecord[] => [
  ...Array.from({ length: buys }, (_, index) => buy(index)),
  ...Array.from({ length: sights }, (_, index) => see(index)),
];

beforeEach(async () => {
  for (const name of [
    "events",
    "exposures",
    "events_hourly_sums",
    "exposures_daily_sums",
    "rollup_days",
    "rollup_marks",
    "identities",
  ])
    await command(`TRUNCATE TABLE weir.${name}`);
  said.length = 0;
});

async function command(sql: string): Promise<void> {
  const done = await warehouse.command(sql);
  assert.ok(done.ok, `${sql}: ${JSON.stringify(done)}`);
}
async function rows(sql: string): Promise<unknown[]> {
  const found = await warehouse.query(sql);
  assert.ok(found.ok, JSON.stringify(found));
  return found.value;
}
const write = (records: readonly LogRecord[]): Promise<void> =>
  insertLogs(warehouse, [{ environment, records }]);

const said: unknown[] = [];
const figures = { pending: 0, computed: 0, corrected: 0 };
interface Round {
  readonly acknowledged?: number;
  readonly isRefilling?: boolean;
  readonly isAuditDue?: boolean;
  readonly addedMsMax?: number;
}
async function keep({
  acknowledged = 1_000,
  isRefilling = false,
  isAuditDue = false,
  addedMsMax = hour,
}: Round = {}) {
  Object.assign(figures, { pending: 0, computed: 0, corrected: 0 });
  const done = await keepRollups({
    warehouse,
    acknowledged: () => acknowledged,
    isRefilling: async () => isRefilling,
    log: { ...silentLog, info: (event, fields) => void said.push([event, fields]) },
    clock: systemClock,
    random: systemRandom,
    addedMsMax,
    figures,
    signal: new AbortController().signal,
    isAuditDue,
  });
  assert.ok(done.ok, JSON.stringify(done));
  return { ...figures };
}

const rollupOf = async () => [
  ...(await rows(
    "SELECT hour, sum(events) AS events, sum(total) AS total, uniqMerge(units) AS units FROM weir.events_hourly GROUP BY env, event, hour ORDER BY hour",
  )),
  ...(await rows(
    "SELECT day, variant, sum(exposures) AS exposures, uniqMerge(units) AS units FROM weir.exposures_daily GROUP BY env, experiment, phase, variant, day",
  )),
];
const tableOf = async () => [
  ...(await rows(
    "SELECT toStartOfHour(toDateTime(ts, 'UTC')) AS hour, count() AS events, sum(value) AS total, uniq(unit) AS units FROM weir.events FINAL GROUP BY env, event, hour ORDER BY hour",
  )),
  ...(await rows(
    "SELECT toDate(ts, 'UTC') AS day, variant, count() AS exposures, uniq(unit) AS units FROM weir.exposures FINAL GROUP BY env, experiment, phase, variant, day",
  )),
];
async function assertExact(): Promise<void> {
  const table = await tableOf();
  assert.ok(table.length > 0);
  assert.deepEqual(await rollupOf(), table);
}
async function assertWrong(): Promise<void> {
  assert.notDeepEqual(await rollupOf(), await tableOf());
}

test("what comes counts at once, and what comes after a day was computed is added to it", async () => {
  await write(logOf(30, 5));
  await assertExact();
  assert.equal((await keep({ acknowledged: 35 })).computed, 2);
  await assertExact();
  await write([
    ...logOf(30, 5).map((): LogRecord => ({ type: "bot", id: "b", at: 0, unit: unitOf(0) }) as never),
    buy(100),
    see(9),
  ]);
  await assertExact();
  assert.equal((await keep({ acknowledged: 37 })).computed, 0, "not before some hours have gone by");
  assert.deepEqual(await keep({ acknowledged: 37, addedMsMax: 0 }), {
    pending: 0,
    computed: 2,
    corrected: 0,
  });
  await assertExact();
});

test("an event that was sent again counts once", async () => {
  await write(logOf(30, 5));
  await keep({ acknowledged: 15 }); // the other half came behind what the computation knew
  await assertExact();
  await write(Array.from({ length: 60 }, (_, index) => buy(index % 30, index < 30 ? 2 : 99)));
  await assertWrong();
  await keep({ addedMsMax: 0 });
  await assertExact();
});

test("rows that are written again from the log count once, also before they are computed anew", async () => {
  await write(logOf(30, 5));
  await keep({ acknowledged: 35 });
  await write(logOf(30, 5)); // in doubt, and repeated
  await assertExact();
});

test("while lost rows are written again a rollup says what it knew, and nothing is computed", async () => {
  await write(logOf(30, 5));
  await keep({ acknowledged: 35 });
  const known = await rollupOf();
  await command("ALTER TABLE weir.events DETACH PARTITION ALL");
  assert.ok((await markDays(warehouse, [day], { reason: "loss", position: 35 })).ok);
  assert.deepEqual(await keep({ acknowledged: 10, isRefilling: true }), {
    pending: 2,
    computed: 0,
    corrected: 0,
  });
  assert.deepEqual(await keep({ acknowledged: 35, isRefilling: true }), {
    pending: 2,
    computed: 0,
    corrected: 0,
  });
  await write(logOf(30, 5));
  assert.deepEqual(await rollupOf(), known);
  assert.deepEqual(await keep({ acknowledged: 35 }), { pending: 0, computed: 2, corrected: 0 });
  await assertExact();
  await command("ALTER TABLE weir.events DROP DETACHED PARTITION ALL SETTINGS allow_drop_detached = 1");
});

test("a unit that is deleted leaves the rollups, with its place in their sketches", async () => {
  await write(logOf(30, 5));
  await keep({ acknowledged: 35 });
  const purged = await purgeUnits(warehouse, [{ environment, unit: unitText(unitOf(3)) }]);
  assert.ok(purged.ok && purged.value.rows === 4);
  await assertWrong();
  // Pending stays what the deletion could still do, had it died half way.
  assert.deepEqual(await keep(), { pending: 2, computed: 2, corrected: 2 });
  await assertExact();
  const left = await rows(
    "SELECT count() AS n FROM weir.events_hourly_sums WHERE (generation, 1) NOT IN (SELECT generation, 1 FROM weir.rollup_days WHERE rollup = 'weir.events_hourly')",
  );
  assert.deepEqual(left, [{ n: "0" }], "no generation from before is kept");
});

test("a day that a deletion left empty is empty", async () => {
  await write([buy(0), see(0)]);
  await keep({ acknowledged: 2 });
  await purgeUnits(warehouse, [{ environment, unit: unitText(unitOf(0)) }]);
  await keep();
  assert.deepEqual(await rollupOf(), []);
});

test("a deletion that died half way is computed after it could have gone on", async () => {
  await write(logOf(30, 5));
  await keep({ acknowledged: 35 });
  assert.ok((await markDays(warehouse, [day], { reason: "removing", afterMs: 3_600_000 })).ok);
  assert.deepEqual(await keep(), { pending: 2, computed: 0, corrected: 0 });
});

test("rows that a view missed, since its insert was killed, are added", async () => {
  await command("DETACH TABLE weir.events_hourly_sums_view");
  await write(logOf(30, 5));
  await command("ATTACH TABLE weir.events_hourly_sums_view");
  await assertWrong();
  assert.ok((await markDoubt(warehouse, { from: 1, to: 35 })).ok);
  assert.equal((await keep({ acknowledged: 33 })).pending, 2, "the sink has not settled it yet");
  await keep({ acknowledged: 35 });
  await assertExact();
});

test("a computation that was killed is never seen, and the next one clears it away", async () => {
  await write(logOf(30, 5));
  await keep({ acknowledged: 35 });
  const cut: Warehouse = {
    ...warehouse,
    command: (sql, ...rest) =>
      sql.includes("INSERT INTO weir.rollup_days")
        ? Promise.reject(new Error("killed"))
        : warehouse.command(sql, ...rest),
  };
  const whole = warehouse;
  assert.ok((await markDays(warehouse, [day], { reason: "removal" })).ok);
  warehouse = cut;
  await assert.rejects(keep());
  warehouse = whole;
  await assertExact();
  assert.equal((await keep()).computed, 2);
  await assertExact();
  const generations = await rows("SELECT uniqExact(generation) AS n FROM weir.events_hourly_sums");
  assert.deepEqual(generations, [{ n: "1" }]);
});

test("a computation killed between its name and its cleaning counts once", async () => {
  await write(logOf(30, 5));
  await keep({ acknowledged: 35 });
  assert.ok((await markDays(warehouse, [day], { reason: "removal" })).ok);
  const whole = warehouse;
  warehouse = {
    ...whole,
    command: (sql, ...rest) =>
      sql.startsWith("ALTER TABLE") ? Promise.reject(new Error("killed")) : whole.command(sql, ...rest),
  };
  await assert.rejects(keep());
  warehouse = whole;
  await assertExact();
  await keep();
  await assertExact();
});

test("the audit finds a day that nobody knew to be wrong, says so, and makes it right", async () => {
  await write(logOf(30, 5));
  await keep({ acknowledged: 35 });
  await command("ALTER TABLE weir.events DELETE WHERE event_id % 2 = 0 SETTINGS mutations_sync = 2");
  await command("ALTER TABLE weir.exposures DELETE WHERE event_id % 2 = 0 SETTINGS mutations_sync = 2");
  await assertWrong();
  assert.deepEqual(await keep(), { pending: 0, computed: 0, corrected: 0 });
  for (let round = 0; round < 60 && said.length < 2; round++) await keep({ isAuditDue: true });
  await assertExact();
  assert.equal(said.length, 2);
});

test("a log that was lost and begins at one again is added to what was computed", async () => {
  await write(logOf(30, 5));
  await keep({ acknowledged: 35 });
  await keep({ acknowledged: 0 });
  await assertExact();
  const later = { ...buy(1_000), at: systemClock.now() };
  await write([later]);
  await assertExact();
  assert.equal((await keep({ acknowledged: 1, addedMsMax: 0 })).computed, 1);
  await assertExact();
});

test("rollups keep no day that is older than a quarter", async () => {
  await write(logOf(3, 1));
  const old = { ...buy(7), ts: noon - 100 * 24 * hour };
  await write([old]);
  await keep();
  const days = await rows("SELECT DISTINCT toString(toDate(hour)) AS day FROM weir.events_hourly");
  assert.deepEqual(days, [{ day }]);
});

test("rollups of a warehouse that was there before are made anew from its tables", async () => {
  const older = await temporaryWarehouse();
  try {
    const now = EpochMs.parse(0);
    assert.ok((await migrate(older.warehouse, now, migrations.slice(0, 2))).ok);
    await insertLogs(older.warehouse, [{ environment, records: logOf(10, 2) }]); // before there was any rollup
    assert.ok((await migrate(older.warehouse, now, migrations.slice(0, 3))).ok);
    for (let time = 0; time < 2; time++)
      await insertLogs(older.warehouse, [{ environment, records: logOf(30, 5) }]); // counted twice
    assert.ok((await migrate(older.warehouse, now)).ok);
    const kept = warehouse;
    warehouse = older.warehouse;
    try {
      assert.deepEqual(await rollupOf(), []);
      assert.equal((await keep()).computed, 2);
      await assertExact();
      const ledger = await readLedger(warehouse);
      assert.ok(ledger.ok && ledger.value.days.every(({ marks }) => marks.length === 0));
    } finally {
      warehouse = kept;
    }
  } finally {
    await older.close();
  }
});
