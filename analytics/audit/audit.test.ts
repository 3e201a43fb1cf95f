import assert from "node:assert/strict";
import { after, test } from "node:test";
import { partitionFold } from "../../actors/experiment/partition-fold.ts";
import { definitionOf, event, exposure, unitOf } from "../../actors/experiment/testing/records.ts";
import type { AuditRecord } from "../../protocols/audit.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import { buckets, organisationKey, partitionOf, streams, subjects } from "../../protocols/topology.ts";
import { openHost, silentLog, systemClock, systemRandom } from "../../runtime/index.ts";
import { unitText } from "../sink/rows.ts";
import { openSink } from "../sink/sink.ts";
import { logHere } from "../testing/log-here.ts";
import { organisationText } from "../testing/organisation.ts";
import { warehouseHere } from "../testing/warehouse-here.ts";
import { openAudit } from "./audit.ts";

// The whole way: real folds and the real sink over one stream, and the audit between them.

const environment = EnvironmentKey.parse("production");
const partitions = 2;
const surroundings = { clock: systemClock, random: systemRandom, log: silentLog };

after(async () => {
  await sink.close();
  await host.drain(5_000);
});
const { connection, append } = await logHere([streams.control, streams.events, streams.dead]);
const temporary = await warehouseHere();
const host = await openHost({
  connection,
  name: "folds",
  actors: [],
  folds: [partitionFold(() => partitions)],
  ...surroundings,
});
const sink = openSink({ connection, warehouse: temporary.warehouse, takeOverAfterMs: 0, ...surroundings });

const definition = definitionOf("exp", [
  { key: "sum", definition: { type: "sum", event: "buy" }, window: { type: "day" } },
  { key: "mean", definition: { type: "mean", event: "buy" } },
]);

/** The next word of a running audit, once folds and sink are where they should be. */
async function nextRecord(): Promise<AuditRecord> {
  const { promise, resolve } = Promise.withResolvers<AuditRecord>();
  const stop = await connection.messaging.subscribe(subjects.audit(environment, "exp" as never), (record) => {
    if ((record as AuditRecord).state !== "pending") resolve(record as AuditRecord);
  });
  const audit = openAudit({
    connection,
    warehouse: temporary.warehouse,
    acknowledged: () => sink.position.acknowledged,
    everyMs: 50,
    ...surroundings,
  });
  const record = await promise;
  await audit.close();
  await stop();
  return record;
}

test("folds and ClickHouse are found to agree; with a row deleted in one of them, the unit is named", async () => {
  const at = systemClock.now();
  const units = Array.from({ length: 60 }, (_, unit) => unit);
  for (let partition = 0; partition < partitions; partition++) {
    const own = units.filter((unit) => partitionOf(unitOf(unit), partitions) === partition);
    const records: LogRecord[] = [
      { type: "definition", id: `d${partition}`, at, planVersion: 1, definition },
      ...own.flatMap((unit, index) => [
        exposure(unit, index % 2 === 0 ? "a" : "b", at, { experiment: definition.experiment.key }),
        event(unit, "buy", index + 0.1, at),
      ]),
    ];
    await append(subjects.events(environment, partition), records);
  }
  const bucket = await connection.bucket(buckets.directory);
  await bucket.put(organisationKey, new TextEncoder().encode(organisationText(environment, partitions)), 0);
  const last = await connection.reader.lastSequence(streams.events.name, subjects.allEvents);
  while (sink.position.acknowledged < last) await systemClock.sleep(20);

  const agreed = await nextRecord();
  assert.deepEqual({ state: agreed.state, units: agreed.units }, { state: "agrees", units: 60 });

  const victim = unitText(unitOf(17));
  const planted = await temporary.warehouse.command(
    "DELETE FROM weir.events WHERE env = {env:String} AND unit = {unit:UInt64}",
    { env: environment, unit: victim },
  );
  assert.ok(planted.ok);
  const differing = await nextRecord();
  assert.deepEqual({ state: differing.state, unit: differing.unit }, { state: "differs", unit: victim });
  const kept = await (await connection.bucket(buckets.audit)).get("production.exp");
  assert.equal((JSON.parse(new TextDecoder().decode(kept?.value)) as AuditRecord).state, "differs");
});
