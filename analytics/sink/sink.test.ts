import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { event, exposure as exposed } from "../../actors/experiment/testing/records.ts";
import { succeed } from "../../protocols/errors.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import { encodeBatch } from "../../protocols/log-record.ts";
import type { LogRecord, MetricRecord } from "../../protocols/log-record.ts";
import { streams, subjects } from "../../protocols/topology.ts";
import {
  openConnection,
  seededRandom,
  startNatsServer,
  systemClock,
  systemRandom,
} from "../../runtime/index.ts";
import type { Connection, KeyValue, Log } from "../../runtime/index.ts";
import type { Warehouse } from "../clickhouse.ts";
import { logHere } from "../testing/log-here.ts";
import { warehouseHere } from "../testing/warehouse-here.ts";
import { feeds } from "./feed.ts";
import { readMark, sinkBucket } from "./mark.ts";
import { openSink } from "./sink.ts";
import type { Sink } from "./sink.ts";

const specs = [{ ...streams.events, maxAgeMs: 3_600_000 }];
const { directory, url, connection, append: appendTo } = await logHere(specs);
const temporary = await warehouseHere();
const connect = (): Promise<Connection> => openConnection({ url, name: "sink-test", streams: specs });

const events: string[] = [];
const keep = (event: string): void => void events.push(event);
const log: Log = { debug: () => {}, info: keep, warn: keep, error: keep };

const start = (
  over: { connection?: Connection; warehouse?: Warehouse; takeOverAfterMs?: number } = {},
): Sink =>
  openSink({
    connection,
    warehouse: temporary.warehouse,
    log,
    clock: systemClock,
    random: systemRandom,
    takeOverAfterMs: 0,
    ...over,
  });

const random = seededRandom(11);
const months = [Date.UTC(2026, 0, 15), Date.UTC(2026, 1, 15)];
let serial = 0;
const unit = (): number => Math.floor(random.fraction() * 1e9);
const ts = (): number => (months[++serial % 2] ?? 0) + serial;
const metric = (over: Partial<MetricRecord> = {}): MetricRecord =>
  event(unit(), "click", random.fraction(), ts(), { at: systemClock.now(), ...over });
const exposure = (): LogRecord =>
  exposed(unit(), "control", ts(), {
    at: systemClock.now(),
    session: "s'1",
    metadata: { page: "/a\n'\"" },
  });

/** Appends so many messages with 500 records each, a fifth of them exposures; answers the last sequence. */
async function append(env: string, messages: number): Promise<number> {
  let last = 0;
  for (let message = 0; message < messages; message++) {
    const records = Array.from({ length: 500 }, (_, index) => (index % 5 === 0 ? exposure() : metric()));
    last = await appendBatch(env, records);
  }
  return last;
}
const appendBatch = (env: string, said: readonly LogRecord[] | Uint8Array): Promise<number> =>
  appendTo(subjects.events(EnvironmentKey.parse(env), 0), said);

async function reaches(sink: Sink, sequence: number): Promise<void> {
  const deadlineMs = performance.now() + 60_000;
  while (sink.position.acknowledged < sequence) {
    assert.ok(
      performance.now() < deadlineMs,
      `at ${sink.position.acknowledged} of ${sequence}; ${events.slice(-5).join(", ")}`,
    );
    await systemClock.sleep(20);
  }
}

/** Rows as they lie there, before any merge has hidden a double. */
async function counts(env: string): Promise<readonly [number, number]> {
  const count = async (table: string): Promise<number> => {
    const answer = await temporary.warehouse.query<{ n: string; ids: string }>(
      `SELECT count() AS n, uniqExact(event_id) AS ids FROM ${table} WHERE env = {env:String}`,
      { env },
    );
    assert.ok(answer.ok, JSON.stringify(answer));
    assert.equal(answer.value[0]?.n, answer.value[0]?.ids, "no row is double");
    return Number(answer.value[0]?.n);
  };
  return [await count("weir.exposures"), await count("weir.events")];
}

test("every record arrives once, and the mark is handed back at the end", async () => {
  const sink = start();
  const last = await append("plain", 30);
  await reaches(sink, last);
  assert.deepEqual(await counts("plain"), [3_000, 12_000]);
  await sink.close();
  assert.deepEqual((await readMark(await connection.bucket(sinkBucket), feeds.events.markKey)).mark, {
    acknowledged: last,
    newest: last,
  });
});

/** A process that dies at one point: the call there never returns, and nothing after it happens. */
const forever = (): Promise<never> => new Promise<never>(() => {});
function dying(over: {
  onInsert?: (count: number) => "before" | "after" | undefined;
  onMark?: (text: string) => boolean;
}) {
  const { promise: died, resolve: die } = Promise.withResolvers<void>();
  let inserts = 0;
  const stop = (): Promise<never> => {
    die();
    return forever();
  };
  const warehouse: Warehouse = {
    ...temporary.warehouse,
    insert: async (...request) => {
      const at = over.onInsert?.(++inserts);
      if (at === "before") return stop();
      const answer = await temporary.warehouse.insert(...request);
      return at === "after" ? stop() : answer;
    },
  };
  const wrap = (real: Connection): Connection => ({
    ...real,
    bucket: async (name) => {
      const bucket = await real.bucket(name);
      const put: KeyValue["put"] = (key, value, expected) =>
        key === feeds.events.markKey && over.onMark?.(new TextDecoder().decode(value)) === true
          ? stop()
          : bucket.put(key, value, expected);
      return { ...bucket, put };
    },
  });
  return { died, warehouse, wrap };
}

const places = {
  "before the sent mark": { onMark: (text: string) => text.includes('"sent"') },
  "between the sent mark and the first insert": {
    onInsert: (count: number) => (count === 1 ? "before" : undefined),
  },
  "after the first of four inserts": { onInsert: (count: number) => (count === 1 ? "after" : undefined) },
  "before the third of four inserts": { onInsert: (count: number) => (count === 3 ? "before" : undefined) },
  "between the last insert and the acknowledged mark": {
    onInsert: (count: number) => (count === 4 ? "after" : undefined),
  },
} as const;

for (const [place, points] of Object.entries(places)) {
  test(`a process that dies ${place} neither loses nor doubles a row`, async () => {
    const env = `crash-${serial}`;
    const last = await append(env, 8);
    const { died, warehouse, wrap } = dying(points);
    const own = await connect();
    const dead = start({ connection: wrap(own), warehouse });
    await died;
    void dead.close(); // never ends: it is dead
    await own.drain();

    const sink = start();
    await reaches(sink, last);
    assert.deepEqual(await counts(env), [800, 3_200]);
    await sink.close();
  });
}

test("an insert that fails after it was done is found by its sentinel, and not repeated", async () => {
  const env = `lost-answer-${serial}`;
  let inserts = 0;
  const warehouse: Warehouse = {
    ...temporary.warehouse,
    insert: async (...request) => {
      const answer = await temporary.warehouse.insert(...request);
      return ++inserts === 2 ? { ok: false, failure: { code: "warehouse_timeout", afterMs: 1 } } : answer;
    },
  };
  const last = await append(env, 4);
  const sink = start({ warehouse });
  await reaches(sink, last);
  assert.equal(inserts, 4);
  assert.deepEqual(await counts(env), [400, 1_600]);
  await sink.close();
});

test("a block whose first event is there already, from an earlier message, is still written", async () => {
  const env = `shared-${serial}`;
  const again = metric({ name: "again", value: 1 });
  const sink = start();
  await reaches(sink, await appendBatch(env, [again]));
  await sink.close();

  const last = await appendBatch(env, [{ ...again, value: 2, ts: again.ts + 1 }, metric(), metric()]);
  const { died, warehouse, wrap } = dying({ onInsert: () => "before" });
  const own = await connect();
  const dead = start({ connection: wrap(own), warehouse });
  await died;
  void dead.close();
  await own.drain();
  const second = start();
  await reaches(second, last);
  await second.close();
  const rows = await temporary.warehouse.query(
    "SELECT count() AS n, sumIf(value, event = 'again') AS again FROM weir.events FINAL WHERE env = {env:String}",
    { env },
  );
  assert.deepEqual(rows, succeed([{ n: "3", again: 1 }])); // and of the two with one id the first in the log counts
});

test("five kills of the warehouse in the middle of inserts neither lose nor double a row", async () => {
  const env = `kills-${serial}`;
  const sink = start();
  let last = 0;
  for (let round = 0; round < 5; round++) {
    last = await append(env, 6);
    await systemClock.sleep(400 + random.fraction() * 250); // a batch leaves after 500 ms
    const { pid } = temporary.process;
    if (pid !== undefined) process.kill(pid, "SIGKILL");
  }
  await reaches(sink, last);
  assert.deepEqual(await counts(env), [3_000, 12_000]);
  await sink.close();
});

test("a message that does not decode is passed over and said", async () => {
  const env = `poison-${serial}`;
  const sink = start();
  await appendBatch(env, new TextEncoder().encode("{not json"));
  const last = await appendBatch(env, [metric()]);
  await reaches(sink, last);
  assert.deepEqual(await counts(env), [0, 1]);
  assert.ok(events.includes("sink.message_poisonous"));
  await sink.close();
});

test("a second sink stands by, and takes over when the first falls silent", async () => {
  const env = `two-${serial}`;
  const own = await connect();
  const { died, warehouse, wrap } = dying({ onInsert: () => "before" });
  const first = start({ connection: wrap(own), warehouse, takeOverAfterMs: 500 });
  const last = await append(env, 2);
  await died;
  const second = start({ takeOverAfterMs: 500 });
  await systemClock.sleep(250);
  assert.equal(second.state, "standby");
  await reaches(second, last);
  void first.close();
  await own.drain();
  assert.deepEqual(await counts(env), [200, 800]);
  await second.close();
});

test("a range the stream gave up before it was read is named, and what follows still arrives", async () => {
  const env = `purged-${serial}`;
  const short = await startNatsServer({ dataDir: join(directory, "short"), syncAlways: false });
  const own = await openConnection({
    url: short.url,
    name: "purge-test",
    streams: [{ ...streams.events, maxAgeMs: 1_000 }],
  });
  const lost = await own.writer.append(
    subjects.events(EnvironmentKey.parse(env), 0),
    encodeBatch([metric()]),
  );
  await systemClock.sleep(2_500);
  const kept = await own.writer.append(
    subjects.events(EnvironmentKey.parse(env), 0),
    encodeBatch([metric()]),
  );
  assert.deepEqual(
    [lost, kept],
    [
      { kind: "stored", sequence: 1 },
      { kind: "stored", sequence: 2 },
    ],
  );
  const sink = start({ connection: own });
  await reaches(sink, 2);
  assert.ok(events.includes("sink.stream_purged"));
  assert.deepEqual(await counts(env), [0, 1]);
  await sink.close();
  await own.drain();
  await short.stop();
});

test("while ClickHouse is away the sink waits with little in its hands, and goes on when it is back", async () => {
  const env = `away-${serial}`;
  let away = true;
  let inserts = 0;
  const warehouse: Warehouse = {
    ...temporary.warehouse,
    insert: async (...request) => {
      inserts++;
      return away
        ? { ok: false, failure: { code: "warehouse_unavailable", reason: "away", retryAfterMs: 1 } }
        : temporary.warehouse.insert(...request);
    },
    query: (sql, parameters, options) =>
      away
        ? Promise.resolve({
            ok: false,
            failure: { code: "warehouse_unavailable", reason: "away", retryAfterMs: 1 },
          })
        : temporary.warehouse.query(sql, parameters, options),
  };
  const sink = start({ warehouse });
  const before = sink.position.acknowledged;
  const last = await append(env, 40);
  await systemClock.sleep(1_000);
  assert.ok(sink.position.acknowledged <= Math.max(before, last - 40));
  assert.ok(inserts <= 1, "an insert in doubt is looked up, not repeated");
  away = false;
  await reaches(sink, last);
  assert.deepEqual(await counts(env), [4_000, 16_000]);
  await sink.close();
});
