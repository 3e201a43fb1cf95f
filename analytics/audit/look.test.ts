import assert from "node:assert/strict";
import { test } from "node:test";
import { definitionOf, event, exposure, unitOf } from "../../actors/experiment/testing/records.ts";
import type { UnitHashRange } from "../../protocols/analytics-messages.ts";
import { unitHash } from "../../protocols/hash64.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import type { UnitId } from "../../protocols/ids.ts";
import type { PartialSums } from "../../protocols/results.ts";
import { partitionOf } from "../../protocols/topology.ts";
import { systemClock } from "../../runtime/index.ts";
import { unitText } from "../sink/rows.ts";
import { warehouseHere } from "../testing/warehouse-here.ts";
import { insertLogs } from "../testing/insert-log.ts";
import { recount } from "../testing/recount.ts";
import { firstDifferingUnit } from "./bisect.ts";
import type { ComparePorts } from "./compare.ts";
import { auditExperiment } from "./look.ts";

const temporary = await warehouseHere();

const definition = definitionOf("exp", [
  { key: "any", definition: { type: "binary", event: "buy" } },
  { key: "sum", definition: { type: "sum", event: "buy" }, window: { type: "day" } },
  {
    key: "ratio",
    definition: { type: "ratio", numerator: { event: "buy" }, denominator: { event: "view" } },
  },
]);

const at = systemClock.now();
const records = Array.from({ length: 40 }, (_, unit) => [
  exposure(unit, unit % 2 === 0 ? "a" : "b", at, { experiment: definition.experiment.key }),
  event(unit, "buy", unit + 0.1, at),
]).flat();

const partitions = 4;
/** The streaming side, counted from the log by the rules; `upTo` messages are folded. */
function portsOf(environment: EnvironmentKey, upTo: number, acknowledged: number): ComparePorts {
  const contains = (each: UnitId, range?: UnitHashRange): boolean => {
    const hash = BigInt(unitText(each));
    return range === undefined || (hash >= BigInt(range.from) && hash <= BigInt(range.to));
  };
  return {
    warehouse: temporary.warehouse,
    clock: { ...systemClock, sleep: () => Promise.resolve() },
    acknowledged: () => acknowledged,
    sums: async (_, partition, experiment, range): Promise<PartialSums> => {
      const own = records
        .slice(0, upTo)
        .filter(({ unit }) => partitionOf(unit, partitions) === partition && contains(unit, range));
      const summary = recount(definition, own);
      return { environment, experiment, partition, position: upTo, definition, summary };
    },
  };
}
const place = (name: string) => ({
  environment: EnvironmentKey.parse(name),
  partitions,
  experiment: "exp",
});

test("sums of the same part of the log agree, though ClickHouse is ahead", async () => {
  const { environment, ...rest } = place("ahead");
  await insertLogs(temporary.warehouse, [{ environment, records }]);
  const record = await auditExperiment(portsOf(environment, 37, records.length), { environment, ...rest });
  assert.deepEqual(
    { ...record, at: 0 },
    { environment: "ahead", experiment: "exp", phase: 1, at: 0, state: "agrees", units: 19 },
  );
});

test("one row that is missing in ClickHouse is found, and the unit it belongs to is named", async () => {
  const { environment, ...rest } = place("planted");
  await insertLogs(temporary.warehouse, [{ environment, records }]);
  const victim = unitText(unitOf(23));
  const planted = await temporary.warehouse.command(
    "DELETE FROM weir.events WHERE env = {env:String} AND unit = {unit:UInt64}",
    { env: environment, unit: victim },
  );
  assert.ok(planted.ok, JSON.stringify(planted));
  const ports = portsOf(environment, records.length, records.length);
  const record = await auditExperiment(ports, { environment, ...rest });
  assert.equal(record.state, "differs");
  assert.equal(record.unit, victim);
  assert.ok(record.differences?.some(({ where }) => where === "variants.b.metrics.any.successes"));
  assert.ok(!record.differences?.some(({ where }) => where.startsWith("variants.a.")));
});

test("a sink that is behind leaves the question open", async () => {
  let nowMs = 0;
  const ports = portsOf(EnvironmentKey.parse("behind"), records.length, records.length - 1);
  const clock = { ...ports.clock, monotonicMs: () => (nowMs += 5_000) };
  const record = await auditExperiment({ ...ports, clock }, place("behind"));
  assert.equal(record.state, "pending");
  assert.equal(record.reason, "the sink is behind");
});

test("bisection ends at the unit, wherever it lies, and at nobody where all agree", async () => {
  const { high, low } = unitHash(unitOf(0));
  for (const wanted of [0n, (1n << 64n) - 1n, (BigInt(high) << 32n) | BigInt(low)]) {
    const found = await firstDifferingUnit(({ from, to }) =>
      Promise.resolve(BigInt(from) <= wanted && wanted <= BigInt(to)),
    );
    assert.equal(found, String(wanted));
  }
  assert.equal(await firstDifferingUnit(() => Promise.resolve(false)), undefined);
});
