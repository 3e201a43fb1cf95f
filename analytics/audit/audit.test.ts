import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { partitionFold } from "../../actors/experiment/partition-fold.ts";
import type { AuditRecord } from "../../protocols/audit.ts";
import { ExperimentDefinition } from "../../protocols/experiment.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import type { UnitId } from "../../protocols/ids.ts";
import { encodeBatch } from "../../protocols/log-record.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import { EpochMs } from "../../protocols/time.ts";
import { buckets, organisationKey, partitionOf, streams, subjects } from "../../protocols/topology.ts";
import {
  openConnection,
  openHost,
  seededRandom,
  silentLog,
  startNatsServer,
  systemClock,
  systemRandom,
} from "../../runtime/index.ts";
import type { Connection, Host, NatsServer } from "../../runtime/index.ts";
import { migrate } from "../migrations.ts";
import { unitText } from "../sink/rows.ts";
import { openSink } from "../sink/sink.ts";
import type { Sink } from "../sink/sink.ts";
import { temporaryWarehouse } from "../testing.ts";
import type { TemporaryWarehouse } from "../testing.ts";
import { openAudit } from "./audit.ts";

// The whole way: real folds and the real sink over one stream, and the audit between them.

let directory: string;
let server: NatsServer;
let connection: Connection;
let temporary: TemporaryWarehouse;
let host: Host;
let sink: Sink;

const environment = EnvironmentKey.parse("production");
const partitions = 2;
const surroundings = { clock: systemClock, random: systemRandom, log: silentLog };

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "weir-"));
  server = await startNatsServer({ dataDir: directory, syncAlways: false });
  const specs = [streams.control, streams.events, streams.dead];
  connection = await openConnection({ url: server.url, name: "audit-test", streams: specs });
  temporary = await temporaryWarehouse();
  assert.ok((await migrate(temporary.warehouse, EpochMs.parse(0))).ok);
  host = await openHost({
    connection,
    name: "folds",
    actors: [],
    folds: [partitionFold(() => partitions)],
    ...surroundings,
  });
  sink = openSink({ connection, warehouse: temporary.warehouse, takeOverAfterMs: 0, ...surroundings });
});
after(async () => {
  await sink.close();
  await host.drain(5_000);
  await connection.drain();
  await server.stop();
  await temporary.close();
  await rm(directory, { recursive: true, force: true });
});

const definition = ExperimentDefinition.parse({
  experiment: {
    key: "exp",
    flag: "f",
    variants: [
      { key: "a", variation: "off", weight: 5_000 },
      { key: "b", variation: "on", weight: 5_000 },
    ],
    control: "a",
    metrics: { primary: "sum" },
    status: "running",
    phase: 1,
  },
  metrics: [
    { key: "sum", definition: { type: "sum", event: "buy" }, window: { type: "day" } },
    { key: "mean", definition: { type: "mean", event: "buy" } },
  ],
});

const random = seededRandom(9);
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const units = Array.from(
  { length: 60 },
  () => Array.from({ length: 22 }, () => alphabet[Math.floor(random.fraction() * 64)]).join("") as UnitId,
);

async function append(partition: number, records: readonly LogRecord[]): Promise<void> {
  const outcome = await connection.writer.append(
    subjects.events(environment, partition),
    encodeBatch(records),
  );
  assert.equal(outcome.kind, "stored");
}

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
  const common = { ts: at, at };
  for (let partition = 0; partition < partitions; partition++) {
    const own = units.filter((unit) => partitionOf(unit, partitions) === partition);
    await append(partition, [
      { type: "definition", id: `d${partition}`, at, planVersion: 1, definition },
      ...own.flatMap((unit, index): LogRecord[] => [
        {
          type: "exposure",
          id: `x${partition}-${index}`,
          ...common,
          unit,
          experiment: "exp" as never,
          phase: 1,
          variant: (index % 2 === 0 ? "a" : "b") as never,
          flag: "f",
        },
        { type: "metric", id: `m${partition}-${index}`, ...common, unit, name: "buy", value: index + 0.1 },
      ]),
    ]);
  }
  const environmentRecord = {
    key: environment,
    project: "p",
    name: "P",
    production: true,
    partitions,
    createdAt: 0,
    archived: false,
  };
  const document = {
    version: 1,
    projects: [{ key: "p", name: "P" }],
    environments: [environmentRecord],
    tokens: [],
  };
  const bucket = await connection.bucket(buckets.directory);
  await bucket.put(organisationKey, new TextEncoder().encode(JSON.stringify(document)), 0);
  const last = await connection.reader.lastSequence(streams.events.name, subjects.allEvents);
  while (sink.position.acknowledged < last) await systemClock.sleep(20);

  const agreed = await nextRecord();
  assert.deepEqual({ state: agreed.state, units: agreed.units }, { state: "agrees", units: 60 });

  const victim = unitText(units[17] as UnitId);
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
