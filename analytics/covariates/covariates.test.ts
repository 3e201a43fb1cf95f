import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ExperimentDefinition } from "../../protocols/experiment.ts";
import { unitHash, unitIdOf } from "../../protocols/hash64.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import type { UnitId } from "../../protocols/ids.ts";
import { decodeBatch } from "../../protocols/log-record.ts";
import type { CovariatesRecord, LogRecord } from "../../protocols/log-record.ts";
import { EpochMs } from "../../protocols/time.ts";
import {
  buckets,
  organisationKey,
  parseEventsSubject,
  partitionOf,
  streams,
  subjects,
} from "../../protocols/topology.ts";
import {
  openConnection,
  seededRandom,
  silentLog,
  startNatsServer,
  systemClock,
} from "../../runtime/index.ts";
import type { Connection, NatsServer } from "../../runtime/index.ts";
import { migrate } from "../migrations.ts";
import { unitText } from "../sink/rows.ts";
import { temporaryWarehouse } from "../testing.ts";
import type { TemporaryWarehouse } from "../testing.ts";
import { insertLogs } from "../testing/insert-log.ts";
import { writeMissing } from "./covariates.ts";

let directory: string;
let server: NatsServer;
let connection: Connection;
let temporary: TemporaryWarehouse;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "weir-"));
  server = await startNatsServer({ dataDir: directory, syncAlways: false });
  connection = await openConnection({ url: server.url, name: "test", streams: [streams.events] });
  temporary = await temporaryWarehouse();
  assert.ok((await migrate(temporary.warehouse, EpochMs.parse(0))).ok);
});
after(async () => {
  await connection.drain();
  await server.stop();
  await temporary.close();
  await rm(directory, { recursive: true, force: true });
});

const environment = EnvironmentKey.parse("production");
const partitions = 4;
const hour = 3_600_000;
const startedAt = systemClock.now() - hour;
const lookback = { covariate: { lookbackDays: 2 } };
const definition = ExperimentDefinition.parse({
  experiment: {
    key: "exp",
    flag: "f",
    variants: [{ key: "a", variation: "off", weight: 10_000 }],
    control: "a",
    metrics: { primary: "sum" },
    status: "running",
    phase: 3,
    startedAt,
  },
  metrics: [
    { key: "sum", definition: { type: "sum", event: "buy" }, ...lookback },
    { key: "any", definition: { type: "binary", event: "buy" }, ...lookback },
    { key: "mean", definition: { type: "mean", event: "buy" }, ...lookback },
    { key: "plain", definition: { type: "count", event: "buy" } },
  ],
});

const random = seededRandom(3);
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const units = Array.from(
  { length: 1_200 },
  () => Array.from({ length: 22 }, () => alphabet[Math.floor(random.fraction() * 64)]).join("") as UnitId,
);
const event = (unit: UnitId, id: string, ts: number, value: number, at = ts): LogRecord => ({
  type: "metric",
  id,
  ts,
  at,
  unit,
  name: "buy",
  value,
});

async function written(): Promise<CovariatesRecord[]> {
  const { reader } = connection;
  const to = await reader.lastSequence(streams.events.name, subjects.allEvents);
  const found: CovariatesRecord[] = [];
  const range = { stream: streams.events.name, subject: subjects.allEvents, from: 1, to };
  for await (const { subject, data } of reader.readRange(range)) {
    for (const record of decodeBatch(data) as CovariatesRecord[]) {
      found.push(record);
      const { partition } = parseEventsSubject(subject) ?? { partition: -1 };
      for (const unit of record.units) assert.equal(partitionOf(unit, partitions), partition);
    }
  }
  return found;
}

test("what units did in the days before a phase is written to their partitions, once", async () => {
  const records: LogRecord[] = [
    { type: "definition", id: "d", at: startedAt, planVersion: 4, definition },
    ...units.flatMap((unit, index) => [
      event(unit, `m${index}`, startedAt - hour, index + 1),
      event(unit, `n${index}`, startedAt - 47 * hour, 1),
    ]),
    ...units.map((unit, index) => event(unit, `old${index}`, startedAt - 49 * hour, 1_000)),
    ...units.map((unit, index) => event(unit, `during${index}`, startedAt, 1_000)),
    ...units.map((unit, index) => event(unit, `late${index}`, startedAt - hour, 1_000, startedAt + 1)),
  ];
  await insertLogs(temporary.warehouse, [{ environment, records }]);
  const { warehouse } = temporary;
  const record = {
    key: environment,
    project: "p",
    name: "P",
    production: true,
    partitions,
    createdAt: 0,
    archived: false,
  };
  const document = { version: 1, projects: [{ key: "p", name: "P" }], environments: [record], tokens: [] };
  const bucket = await connection.bucket(buckets.directory);
  await bucket.put(organisationKey, new TextEncoder().encode(JSON.stringify(document)), 0);

  const options = {
    connection,
    warehouse,
    isOwner: () => true,
    everyMs: 1,
    log: silentLog,
    clock: systemClock,
  };
  assert.equal(await writeMissing(options), 1);
  const found = await written();
  assert.ok(found.every(({ units: own }) => own.length <= 500));
  const valuesOf = (metric: string): Map<string, number> =>
    new Map(
      found
        .filter((each) => each.metric === metric)
        .flatMap((each) => each.units.map((unit, index) => [unitText(unit), each.values[index]?.[0] ?? NaN])),
    );
  const expected = (value: (index: number) => number): Map<string, number> =>
    new Map(units.map((unit, index) => [unitText(unit), value(index)]));
  const sorted = (values: Map<string, number>) => [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  assert.deepEqual(sorted(valuesOf("sum")), sorted(expected((index) => index + 2)));
  assert.deepEqual(sorted(valuesOf("any")), sorted(expected(() => 1)));
  assert.deepEqual(sorted(valuesOf("mean")), sorted(expected((index) => (index + 2) / 2)));
  assert.equal(valuesOf("plain").size, 0);

  assert.equal(await writeMissing(options), 0);
  assert.equal((await written()).length, found.length);
});

test("a crash before the phase was marked as done writes the same records with the same ids", async () => {
  const first = await written();
  const marks = await connection.bucket(buckets.sink);
  await marks.delete("covariates.production.exp.3");
  const { warehouse } = temporary;
  const options = {
    connection,
    warehouse,
    isOwner: () => true,
    everyMs: 1,
    log: silentLog,
    clock: systemClock,
  };
  assert.equal(await writeMissing(options), 1);
  assert.deepEqual(await written(), first, "the stream knows them by their message ids");
});

test("a unit id made of a hash has that hash", () => {
  for (const unit of units.slice(0, 50)) {
    const { high, low } = unitHash(unit);
    assert.deepEqual(unitHash(unitIdOf((BigInt(high) << 32n) | BigInt(low))), { high, low });
  }
});
