import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { DecisionRecord } from "../../protocols/decision-log.ts";
import { succeed } from "../../protocols/errors.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import type { UnitId } from "../../protocols/ids.ts";
import { encodeBatch } from "../../protocols/log-record.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import { EpochMs } from "../../protocols/time.ts";
import { streams, subjects } from "../../protocols/topology.ts";
import {
  openConnection,
  silentLog,
  startNatsServer,
  systemClock,
  systemRandom,
} from "../../runtime/index.ts";
import type { Connection, NatsServer } from "../../runtime/index.ts";
import { migrate } from "../migrations.ts";
import { temporaryWarehouse } from "../testing.ts";
import type { TemporaryWarehouse } from "../testing.ts";
import { feeds } from "./feed.ts";
import type { Feed } from "./feed.ts";
import { readMark, sinkBucket } from "./mark.ts";
import { openSink } from "./sink.ts";
import type { Sink } from "./sink.ts";

let directory: string;
let server: NatsServer;
let temporary: TemporaryWarehouse;
let connection: Connection;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "weir-"));
  server = await startNatsServer({ dataDir: directory, syncAlways: false });
  temporary = await temporaryWarehouse();
  assert.ok((await migrate(temporary.warehouse, EpochMs.parse(0))).ok);
  connection = await openConnection({
    url: server.url,
    name: "feed-test",
    streams: [streams.events, streams.decisions],
  });
});
after(async () => {
  await connection.drain();
  await server.stop();
  await temporary.close();
  await rm(directory, { recursive: true, force: true });
});

const start = (feed: Feed): Sink =>
  openSink({
    feed,
    connection,
    warehouse: temporary.warehouse,
    log: silentLog,
    clock: systemClock,
    random: systemRandom,
    takeOverAfterMs: 0,
  });

async function append(subject: string, data: Uint8Array): Promise<number> {
  const outcome = await connection.writer.append(subject, data);
  assert.equal(outcome.kind, "stored");
  return outcome.kind === "stored" ? outcome.sequence : 0;
}

async function reaches(sink: Sink, sequence: number): Promise<void> {
  const deadlineMs = performance.now() + 30_000;
  while (sink.position.acknowledged < sequence) {
    assert.ok(performance.now() < deadlineMs, `at ${sink.position.acknowledged} of ${sequence}`);
    await systemClock.sleep(20);
  }
}

let serial = 0;
const unit = (): UnitId => `${String(serial++).padStart(9, "Q")}AAAAAAAAAAAAA` as UnitId;
const at = systemClock.now();
const metric = (of: UnitId): LogRecord => ({
  type: "metric",
  id: `m${serial++}`,
  ts: at,
  at,
  unit: of,
  name: "click",
  value: 1,
});
const eventCount = async (env: string): Promise<unknown> =>
  temporary.warehouse.query("SELECT count() AS n FROM weir.events WHERE env = {env:String}", { env });

test("a deletion takes the rows before it along, and keeps those after it out, before it is acknowledged", async () => {
  const subject = subjects.events(EnvironmentKey.parse("deleting"), 0);
  const gone = unit();
  const own = (): LogRecord => metric(gone);
  const sink = start(feeds.events);
  await append(subject, encodeBatch([own(), metric(unit()), own()]));
  const deletion: LogRecord = { type: "deletion", id: "d1", at, unit: gone };
  await reaches(sink, await append(subject, encodeBatch([own(), deletion, own()])));
  assert.deepEqual(await eventCount("deleting"), succeed([{ n: "1" }]));
  await reaches(sink, await append(subject, encodeBatch([own(), metric(unit())])));
  assert.deepEqual(await eventCount("deleting"), succeed([{ n: "2" }]));
  await sink.close();
  assert.deepEqual(
    { ...sink.figures, rows: 0, blocks: 0, acknowledgedTime: 0 },
    {
      rows: 0,
      blocks: 0,
      retries: 0,
      inDoubt: 0,
      acknowledgedTime: 0,
      poisonous: 0,
    },
  );
});

test("a record of a type that only a newer Weir knows has no row, and those beside it have", async () => {
  const subject = subjects.events(EnvironmentKey.parse("newer"), 0);
  const unheard = { type: "gesture", id: "g1", at, unit: unit() } as unknown as LogRecord;
  const sink = start(feeds.events);
  await reaches(sink, await append(subject, encodeBatch([unheard, metric(unit())])));
  assert.deepEqual(await eventCount("newer"), succeed([{ n: "1" }]));
  assert.equal(sink.figures.poisonous, 0);
  await sink.close();
});

test("decisions come from their own stream, at their own mark, once", async () => {
  const env = EnvironmentKey.parse("deciding");
  const decision = (index: number): string =>
    JSON.stringify({
      id: `a.${index}`,
      at,
      unit: unit(),
      flag: "f",
      variation: "on",
      version: 3,
      reason: "SPLIT",
      code: "experiment_assigned",
      experiment: "exp",
      phase: 1,
      variant: "a",
      propensity: 0.25,
    } satisfies DecisionRecord);
  const lines = Array.from({ length: 40 }, (_, index) => decision(index));
  const batch = (from: number, to: number) => new TextEncoder().encode(lines.slice(from, to).join("\n"));
  await append(subjects.decisions(env), batch(0, 25));
  const last = await append(subjects.decisions(env), batch(25, 40));
  const sink = start(feeds.decisions);
  await reaches(sink, last);
  await sink.close();
  const found = await temporary.warehouse.query(
    "SELECT source, count() AS n, uniqExact(decision) AS ids, sum(propensity) AS p FROM weir.decisions WHERE env = {env:String} GROUP BY source",
    { env },
  );
  assert.deepEqual(found, succeed([{ source: "gateway", n: "40", ids: "40", p: 10 }]));
  const { mark } = await readMark(await connection.bucket(sinkBucket), feeds.decisions.markKey);
  assert.equal(mark.acknowledged, last);
});
