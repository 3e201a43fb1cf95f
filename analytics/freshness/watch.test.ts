import assert from "node:assert/strict";
import { test } from "node:test";
import { definitionOf, event } from "../../actors/experiment/testing/records.ts";
import type { FreshnessRecord } from "../../protocols/freshness.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import { encodeBatch, type LogRecord } from "../../protocols/log-record.ts";
import { organisationKey, subjects } from "../../protocols/topology.ts";
import { createTelemetry, silentLog, type KeyValue } from "../../runtime/index.ts";
import { metricsText } from "../metrics.ts";
import { tables, type TableKey } from "../schema/tables.ts";
import { blocksOf, decode, type Decoded } from "../sink/blocks.ts";
import { feeds } from "../sink/feed.ts";
import { organisationText } from "../testing/organisation.ts";
import { warehouseHere } from "../testing/warehouse-here.ts";
import { EventTimes } from "./event-times.ts";
import { lookAtEvents, type EventWatchOptions } from "./watch.ts";

// A real warehouse, rows as the sink cuts them, and a clock that the test sets.

const environment = EnvironmentKey.parse("shop.eu");
const hour = 3_600_000;
/** Half past an hour of today: ClickHouse drops hours of long ago by its own clock. */
const now = Math.floor(Date.now() / hour) * hour - hour / 2;

const temporary = await warehouseHere();
const kept = new Map([[organisationKey, organisationText(environment, 2)]]);
const bucket = {
  get: async (key: string) => {
    const text = kept.get(key);
    return text === undefined ? undefined : { value: new TextEncoder().encode(text), revision: 1 };
  },
  put: async (key: string, value: Uint8Array) => {
    kept.set(key, new TextDecoder().decode(value));
    return 2;
  },
} as unknown as KeyValue;

let sequence = 0;
async function write(records: readonly LogRecord[], times?: EventTimes): Promise<void> {
  const subject = subjects.events(environment, 0);
  const messages: Decoded[] = [];
  for (let at = 0; at < records.length; at += 1_000)
    messages.push(
      decode(feeds.events, {
        sequence: ++sequence,
        subject,
        data: encodeBatch(records.slice(at, at + 1_000)),
        time: 0,
      } as never),
    );
  for (const { table, rows } of blocksOf(messages)) {
    const done = await temporary.warehouse.insert(
      tables[table as TableKey],
      rows.map(({ values }) => [...values]),
    );
    assert.ok(done.ok, JSON.stringify(done));
  }
  times?.note(messages);
}

const define = (key: string, status: string, name: string, startedAt = now - 30 * 24 * hour): LogRecord => ({
  type: "definition",
  id: `${key}:${status}`,
  at: now,
  planVersion: ++sequence,
  definition: definitionOf(key, [{ key: "m", definition: { type: "count", event: name } }], {
    status,
    startedAt,
  }),
});
/** One every so often, over the last days before `until`. */
function* every(name: string, gapMs: number, until: number, days = 2): Generator<LogRecord> {
  for (let at = until - days * 24 * hour; at <= until; at += gapMs) yield event(0, name, 1, at);
}

const look = (times: EventTimes, at = now): Promise<readonly FreshnessRecord[]> =>
  lookAtEvents({
    connection: { bucket: async () => bucket },
    warehouse: temporary.warehouse,
    times,
    clock: { now: () => at },
    isOwner: () => true,
    everyMs: 1,
    log: silentLog,
  } as unknown as EventWatchOptions);

test("events that running experiments read are told apart: those that come, those that stopped, and those never seen", async () => {
  const times = new EventTimes();
  await write(
    [
      define("one", "running", "view"),
      define("two", "running", "buy"),
      define("three", "running", "buy"),
      define("four", "running", "gone"),
      define("five", "running", "fresh", now - hour),
      define("over", "completed", "ignored"),
      ...every("view", 5 * 60_000, now - 60_000),
      ...every("buy", 5 * 60_000, now - 6 * hour),
      ...every("ignored", 5 * 60_000, now - 24 * hour),
    ],
    times,
  );
  const [record] = await look(times);
  const states = record?.events.map(({ event, state, experiments }) => [event, state, experiments.join()]);
  assert.deepEqual(states?.sort(), [
    ["buy", "stalled", "three,two"],
    ["fresh", "waiting", "five"],
    ["gone", "missing", "four"],
    ["view", "flowing", "one"],
  ]);
  const buy = record?.events.find(({ event }) => event === "buy");
  assert.equal(buy?.newestAt, now - 6 * hour);
  assert.equal(buy?.medianGapMs, 5 * 60_000);
  assert.equal(buy?.quietMsMax, 100 * 60_000);
  assert.deepEqual(JSON.parse(kept.get("shop=2Eeu") ?? ""), record);
});

test("after a restart an event counts as seen until the end of its last hour, and not later", async () => {
  const [record] = await look(new EventTimes());
  const newest = (name: string): number | undefined =>
    record?.events.find(({ event }) => event === name)?.newestAt;
  assert.equal(newest("view"), now);
  assert.equal(newest("buy"), Math.floor((now - 6 * hour) / hour) * hour + hour);
});

test("an event that comes again is no alarm any more", async () => {
  const times = new EventTimes();
  await write([event(0, "buy", 1, now)], times);
  const [record] = await look(times);
  assert.equal(record?.events.find(({ event }) => event === "buy")?.state, "flowing");
});

test("Prometheus is told of an alarm, and that it is over when no running experiment reads the event", async () => {
  let records = await look(new EventTimes());
  const sink = { stream: "EVENTS", state: "standby", figures: {} };
  const parts = {
    sink,
    decisions: sink,
    audit: { figures: { differing: 0, agrees: 0, differs: 0, pending: 0 } },
    watch: {
      get records() {
        return records;
      },
    },
    rows: {},
    rollups: { figures: { pending: 0, computed: 0, corrected: 0 } },
  };
  const text = metricsText(
    createTelemetry("test"),
    { bounds: async () => ({ first: 0, last: 0 }) } as never,
    () => parts as never,
    { figures: { waiting: 0, running: 0, done: 0, failed: 0, cancelled: 0, waitedMs: 0, workedMs: 0 } },
    () => now,
  );
  const line = async (): Promise<string | undefined> =>
    (await text())
      .split("\n")
      .find((each) => each.startsWith("weir_event_stalled{") && each.includes('"gone"'));
  assert.match((await line()) ?? "", /environment="shop\.eu",event="gone".*\} 1$/);
  await write([define("four", "completed", "gone")]);
  records = await look(new EventTimes());
  assert.match((await line()) ?? "", / 0$/);
});
