import assert from "node:assert/strict";
import { open, readdir, rm, truncate } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { event } from "../actors/experiment/testing/records.ts";
import { fail } from "../protocols/errors.ts";
import { EnvironmentKey } from "../protocols/ids.ts";
import { streams, subjects } from "../protocols/topology.ts";
import { silentLog, systemClock, systemRandom } from "../runtime/index.ts";
import type { Log } from "../runtime/index.ts";
import { eventually } from "../runtime/testing/nats.ts";
import { analyticsConfig } from "./config.ts";
import { detachUnreadable } from "./broken-parts.ts";
import type { Warehouse } from "./clickhouse.ts";
import { openIntegrity } from "./integrity.ts";
import { recoverRows } from "./recovery.ts";
import { openSink } from "./sink/sink.ts";
import { logHere } from "./testing/log-here.ts";
import { openConfiguredWarehouse } from "./warehouse.ts";

const { directory, connection, append: appendTo } = await logHere([streams.events, streams.decisions]);

const said: { event: string; fields: Record<string, unknown> }[] = [];
const keep = (event: string, fields: object = {}): void =>
  void said.push({ event, fields: fields as Record<string, unknown> });
const log: Log = { ...silentLog, warn: keep, error: keep };

type Inserted = ReturnType<Warehouse["insert"]>;

/** A whole life of the warehouse: opened, its rows recovered, filled up to the stream's end unless it is cut, and closed. */
async function live<Value>(
  work: (warehouse: Warehouse) => Promise<Value>,
  { insert = (go: () => Inserted): Inserted => go(), isCut = (): boolean => false } = {},
): Promise<Value> {
  const surroundings = { log, clock: systemClock, random: systemRandom };
  const config = analyticsConfig({ WEIR_DATA_DIR: directory, LOG_LEVEL: "silent" });
  const opened = openConfiguredWarehouse(config, surroundings);
  const { warehouse } = opened;
  try {
    assert.ok(await opened.prepare(new AbortController().signal));
    assert.ok((await recoverRows({ connection, warehouse, ...surroundings })).ok);
    const sink = openSink({
      connection,
      warehouse: { ...warehouse, insert: (...given) => insert(() => warehouse.insert(...given)) },
      takeOverAfterMs: 0,
      ...surroundings,
    });
    const last = await connection.reader.lastSequence(streams.events.name, subjects.allEvents);
    await eventually("the sink reaches the end", () => sink.position.acknowledged >= last || isCut());
    await sink.close();
    return await work(warehouse);
  } finally {
    await opened.close();
  }
}

const environment = EnvironmentKey.parse("production");
const values = (warehouse: Warehouse) =>
  warehouse.query("SELECT count() AS n, sum(value) AS total FROM weir.events FINAL");
const all = { ok: true, value: [{ n: "300", total: 45_150 }] };

let messages = 0;
/** One more message of a hundred events, the values of which go on from those before. */
async function append(): Promise<void> {
  const message = messages++;
  const records = Array.from({ length: 100 }, (_, index) =>
    event(index, "buy", message * 100 + index + 1, systemClock.now()),
  );
  await appendTo(subjects.events(environment, 0), records);
}

test("rows of the stream arrive", async () => {
  for (let message = 0; message < 3; message++) await append();
  assert.deepEqual(await live(values), all);
  assert.deepEqual(await live(values), all); // an intact warehouse is left alone
  assert.deepEqual(said, []);
});

const filesOf = async (pattern: RegExp): Promise<string[]> =>
  (await readdir(join(directory, "warehouse"), { recursive: true }))
    .filter((name) => pattern.test(name))
    .map((name) => join(directory, "warehouse", name));

test("a part that broke on disk is missed at the start, and comes back from the stream", async () => {
  const table = await live(async (warehouse) => {
    const parts = await warehouse.query<{ path: string }>(
      "SELECT path FROM system.parts WHERE database = 'weir' AND table = 'events' AND active",
    );
    assert.ok(parts.ok);
    return parts.value.map(({ path }) => path);
  });
  for (const part of table) {
    const own = part.split("/").filter(Boolean).at(-1) ?? "";
    for (const file of await filesOf(/\.bin$/)) if (dirname(file).endsWith(own)) await truncate(file, 3);
  }
  assert.deepEqual(await live(values), all);
  assert.ok(said.some(({ event }) => event === "sink.rows_missing"));
  said.length = 0;
  assert.deepEqual(await live(values), all);
  assert.deepEqual(said, [], "made good once");
});

test("a directory that does not open is moved aside, and an empty one is filled from the stream", async () => {
  for (const file of await filesOf(/events\.sql$/)) await truncate(file, 10);
  assert.deepEqual(await live(values), all);
  assert.ok(said.some(({ event }) => event === "warehouse.set_aside"));
  assert.ok(said.some(({ event }) => event === "sink.rows_missing"));
  const beside = await readdir(directory);
  assert.equal(beside.filter((name) => name.startsWith("warehouse.broken-")).length, 1);
});

/** Garbage in the middle of files, which keep their length: no check of lengths finds it. */
async function spoil(pattern: RegExp, bytes: number): Promise<void> {
  const files = (await filesOf(pattern)).filter((file) => file.includes("/store/"));
  assert.ok(files.length > 0);
  for (const path of files) {
    const file = await open(path, "r+");
    const { size } = await file.stat();
    const length = Math.min(bytes, size);
    await file.write(Buffer.alloc(length, 0xa5), 0, length, Math.floor((size - length) / 2));
    await file.close();
  }
}

const integrityOf = (warehouse: Warehouse) =>
  openIntegrity({
    connection,
    warehouse,
    log,
    clock: systemClock,
    random: systemRandom,
    everyMs: 3_600_000,
  });

test("sound parts pass, and stay", async () => {
  said.length = 0;
  const found = await live((warehouse) => detachUnreadable(warehouse, log, new AbortController().signal));
  assert.deepEqual(found, { ok: true, value: 0 });
  assert.deepEqual(said, []);
});

test("bytes that changed on disk where the start does not read are found by a look, and their rows come back", async () => {
  await spoil(/minmax_ts\.idx$/, 8); // bounds of a part: with wrong ones, queries pass it over without an error
  await live(async (warehouse) => {
    const integrity = integrityOf(warehouse);
    await integrity.damaged;
    await integrity.close();
  });
  assert.ok(
    said.some(({ event, fields }) => event === "warehouse.part_unreadable" && fields["table"] === "events"),
  );
  assert.deepEqual(await live(values), all);
  said.length = 0;
  assert.deepEqual(await live(values), all);
  assert.deepEqual(said, [], "made good once");
});

test("a part broken while analytics runs, and dropped by an engine that came back, is noticed", async () => {
  await live(async (warehouse) => {
    assert.ok((await warehouse.command("ALTER TABLE weir.events DETACH PARTITION ALL")).ok); // as rows go without a word
    const integrity = integrityOf(warehouse);
    await integrity.damaged;
    await integrity.close();
  });
  assert.deepEqual(await live(values), all);
});

test("a start that cannot read what it looks for drops what it cannot read, and gets it from the stream", async () => {
  await spoil(/data\.bin$/, 4_000); // of every table: already which schema it has cannot be read
  said.length = 0;
  assert.deepEqual(await live(values), all);
  assert.ok(said.some(({ event }) => event === "warehouse.part_unreadable"));
});

test("parts of a warehouse made anew have their old names, and are missed all the same", async () => {
  for (let time = 0; time < 2; time++) {
    await rm(join(directory, "warehouse"), { recursive: true });
    await live(async (warehouse) => {
      assert.deepEqual(await values(warehouse), all);
      assert.ok((await warehouse.command("ALTER TABLE weir.events DETACH PARTITION ALL")).ok);
    });
    said.length = 0;
    assert.deepEqual(await live(values), all);
    assert.ok(
      said.some(({ event, fields }) => event === "sink.rows_missing" && fields["brokenParts"] !== undefined),
    );
  }
});

/** Each insert stays a part of its own, in later lives as well. */
const unmerged =
  "MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = 1, max_bytes_to_merge_at_min_space_in_pool = 1";
const away = { code: "warehouse_unavailable", reason: "planted", retryAfterMs: 1 } as const;

for (const [when, failures] of [
  ["fails", 1],
  ["is cut off by the end", Infinity],
] as const)
  test(`an insert that ${when} while rows are written again is not taken for done because others of its block were never lost`, async () => {
    await append();
    const kept = await live((warehouse) => warehouse.command(`ALTER TABLE weir.events ${unmerged}`));
    assert.ok(kept.ok);
    await append();
    const whole = await live(values);
    const lost = await live(async (warehouse) => {
      const parts = await warehouse.query<{ part: string }>(
        "SELECT _part AS part FROM weir.events GROUP BY part ORDER BY min(precedence)",
      );
      assert.ok(parts.ok);
      const [, middle, last] = parts.value;
      assert.ok(middle !== undefined && last !== undefined, "a part between others is lost");
      return warehouse.command(`ALTER TABLE weir.events DETACH PART '${middle.part}'`);
    });
    assert.ok(lost.ok);
    let failed = 0;
    const insert = (go: () => Inserted): Inserted =>
      failed < failures ? (failed++, Promise.resolve(fail(away))) : go();
    await live(() => Promise.resolve(), { insert, isCut: () => failures === Infinity && failed > 0 });
    assert.deepEqual(await live(values), whole);
  });
