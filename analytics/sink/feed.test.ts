import assert from "node:assert/strict";
import { test } from "node:test";
import { event, unitOf } from "../../actors/experiment/testing/records.ts";
import type { DecisionRecord } from "../../protocols/decision-log.ts";
import { succeed } from "../../protocols/errors.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import type { UnitId } from "../../protocols/ids.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import { streams, subjects } from "../../protocols/topology.ts";
import { silentLog, systemClock, systemRandom } from "../../runtime/index.ts";
import { eventually } from "../../runtime/testing/nats.ts";
import { logHere } from "../testing/log-here.ts";
import { warehouseHere } from "../testing/warehouse-here.ts";
import { feeds } from "./feed.ts";
import type { Feed } from "./feed.ts";
import { readMark, sinkBucket } from "./mark.ts";
import { openSink } from "./sink.ts";
import type { Sink } from "./sink.ts";

const { connection, append } = await logHere([streams.events, streams.decisions]);
const temporary = await warehouseHere();

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

const reaches = (sink: Sink, sequence: number): Promise<void> =>
  eventually(`the sink reaches ${sequence}`, () => sink.position.acknowledged >= sequence);

let serial = 0;
const unit = (): UnitId => unitOf(serial++);
const at = systemClock.now();
const metric = (of: UnitId): LogRecord => event(0, "click", 1, at, { unit: of });
const eventCount = async (env: string): Promise<unknown> =>
  temporary.warehouse.query("SELECT count() AS n FROM weir.events WHERE env = {env:String}", { env });

test("a deletion takes the rows before it along, and keeps those after it out, before it is acknowledged", async () => {
  const subject = subjects.events(EnvironmentKey.parse("deleting"), 0);
  const gone = unit();
  const own = (): LogRecord => metric(gone);
  const sink = start(feeds.events);
  await append(subject, [own(), metric(unit()), own()]);
  const deletion: LogRecord = { type: "deletion", id: "d1", at, unit: gone };
  await reaches(sink, await append(subject, [own(), deletion, own()]));
  assert.deepEqual(await eventCount("deleting"), succeed([{ n: "1" }]));
  await reaches(sink, await append(subject, [own(), metric(unit())]));
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
  await reaches(sink, await append(subject, [unheard, metric(unit())]));
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
