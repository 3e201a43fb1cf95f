import assert from "node:assert/strict";
import { test } from "node:test";
import { EnvironmentKey } from "../protocols/ids.ts";
import type { UnitId } from "../protocols/ids.ts";
import type { LogRecord } from "../protocols/log-record.ts";
import { systemClock } from "../runtime/index.ts";
import { deleteUnit } from "./deletion.ts";
import { tables, unitTableKeys } from "./schema/tables.ts";
import { unitHash } from "../protocols/hash64.ts";
import { unitText } from "./sink/rows.ts";
import { Tombstones } from "./sink/tombstones.ts";
import { warehouseHere } from "./testing/warehouse-here.ts";
import { insertLogs } from "./testing/insert-log.ts";

const temporary = await warehouseHere();

const environment = EnvironmentKey.parse("production");
const other = EnvironmentKey.parse("staging");
const unitOf = (name: string): UnitId => name.padEnd(22, "A") as UnitId;
const [ada, phone, tablet, bob] = ["ada", "phone", "tablet", "bob"].map(unitOf) as [
  UnitId,
  UnitId,
  UnitId,
  UnitId,
];
const at = systemClock.now();

/** One record of every type that has rows. */
function everything(unit: UnitId): LogRecord[] {
  const common = { ts: at, at, unit, bot: true } as const;
  const of = { experiment: "exp" as never, phase: 1, variant: "a" as never };
  return [
    { type: "exposure", id: `x-${unit}`, ...common, ...of, flag: "f" },
    { type: "metric", id: `m-${unit}`, ...common, name: "buy", value: 1 },
    { type: "decision", id: `d-${unit}`, ...common, flag: "f", variation: "on", propensity: 0.5 },
    {
      type: "slot",
      id: `s-${unit}`,
      ...common,
      ranking: "r",
      items: [{ item: "i'1", ranker: "a", propensity: 0.5 }, { item: "i2" }],
    },
    { type: "reward", id: `r-${unit}`, ...common, of: "r", name: "click", value: 1 },
    { type: "shadow", id: `h-${unit}`, ...common, flag: "f", served: { a: 1 }, candidate: null, servedMs: 1 },
    { type: "consent", id: `c-${unit}`, ts: at, at, unit, analytics: true },
    {
      type: "covariates",
      id: `v-${unit}`,
      at,
      experiment: of.experiment,
      phase: 1,
      metric: "m" as never,
      units: [unit],
      values: [[1, 2]],
    },
  ];
}
const identify = (unit: UnitId, known: UnitId): LogRecord => ({
  type: "identify",
  id: `i-${unit}`,
  ts: at,
  at,
  unit,
  known,
});

async function rowsOf(env: EnvironmentKey, units: readonly UnitId[]): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const key of unitTableKeys) {
    const answer = await temporary.warehouse.query<{ n: string }>(
      `SELECT count() AS n FROM ${tables[key].name} WHERE env = {env:String} AND unit IN {units:Array(UInt64)}`,
      { env, units: units.map((unit) => BigInt(unitText(unit))) },
    );
    assert.ok(answer.ok, JSON.stringify(answer));
    found[key] = Number(answer.value[0]?.n);
  }
  return found;
}

test("a deleted unit leaves every table with all it was linked to, and nobody else does", async () => {
  const records = [
    ...[ada, phone, tablet, bob].flatMap(everything),
    identify(phone, ada),
    identify(tablet, ada),
  ];
  await insertLogs(temporary.warehouse, [
    { environment, records },
    { environment: other, records: everything(ada) },
  ]);
  const before = await rowsOf(environment, [ada, phone, tablet]);
  for (const key of unitTableKeys)
    if (key !== "deletions") assert.ok((before[key] ?? 0) > 0, `${key} had rows`);
  const total = Object.values(before).reduce((sum, rows) => sum + rows, 0);

  const proof = await deleteUnit(temporary.warehouse, environment, phone, systemClock.now()); // the anonymous one is named
  assert.deepEqual(proof, { ok: true, value: { units: 3, removed: total, left: 0 } });
  const { deletions, ...rest } = await rowsOf(environment, [ada, phone, tablet]);
  assert.equal(deletions, 3);
  assert.deepEqual(new Set(Object.values(rest)), new Set([0]));
  assert.equal((await rowsOf(environment, [bob]))["events"], 1);
  assert.equal((await rowsOf(other, [ada]))["events"], 1);
});

test("the bytes are gone as well: no part holds a hidden row", async () => {
  const parts = await temporary.warehouse.query(
    "SELECT name FROM system.parts WHERE database = 'weir' AND active AND has_lightweight_delete",
  );
  assert.deepEqual(parts, { ok: true, value: [] });
});

test("deleting again finds nothing and does no harm", async () => {
  const proof = await deleteUnit(temporary.warehouse, environment, ada, systemClock.now());
  assert.deepEqual(proof, { ok: true, value: { units: 1, removed: 0, left: 0 } });
});

test("rows of a deleted unit are left out of a block, its tombstone is not", async () => {
  const tombstones = new Tombstones(temporary.warehouse, systemClock);
  assert.ok(await tombstones.refresh());
  assert.equal(tombstones.size, 3);
  const row = (unit: UnitId) =>
    ({ table: "events", month: 202_601, environment, unit: unitHash(unit), values: [] }) as const;
  assert.deepEqual(tombstones.without({ table: "events", rows: [row(ada), row(bob)] }), [row(bob)]);
  assert.equal(tombstones.without({ table: "deletions", rows: [row(ada)] }).length, 1);
  assert.equal(
    tombstones.without({ table: "events", rows: [{ ...row(ada), environment: other }] }).length,
    1,
  );
});
