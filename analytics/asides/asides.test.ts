import assert from "node:assert/strict";
import { mkdir, open, readdir, truncate } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { event, unitOf } from "../../actors/experiment/testing/records.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import type { UnitId } from "../../protocols/ids.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import { streams, subjects } from "../../protocols/topology.ts";
import { silentLog, systemClock, systemRandom } from "../../runtime/index.ts";
import { eventually } from "../../runtime/testing/nats.ts";
import { analyticsConfig } from "../config.ts";
import type { Warehouse } from "../clickhouse.ts";
import { Forgetting } from "../forgetting.ts";
import { recoverRows } from "../recovery.ts";
import { isLevel, readRefill } from "../refill.ts";
import { openRollupKeeper } from "../rollups/keeper.ts";
import { sinkBucket } from "../sink/mark.ts";
import { openSink } from "../sink/sink.ts";
import { logHere } from "../testing/log-here.ts";
import { openConfiguredWarehouse } from "../warehouse.ts";
import { openAsides } from "./asides.ts";
import type { Asides } from "./asides.ts";

// Real directories that break, rows of a real stream, and people who are deleted meanwhile.

const { directory, connection, append: appendTo } = await logHere([streams.events, streams.decisions]);
const environment = EnvironmentKey.parse("production");
const day = 24 * 3_600_000;

const append = (records: readonly LogRecord[]): Promise<number> =>
  appendTo(subjects.events(environment, 0), records);
for (let message = 0; message < 2; message++)
  await append(Array.from({ length: 100 }, (_, index) => event(index, "buy", 1, systemClock.now())));
/** As a gateway does before it asks: what is written again from the log knows of the deletion. */
const noteDeletion = (unit: UnitId): Promise<number> =>
  append([{ type: "deletion", id: `deletion:${unit}`, at: systemClock.now(), unit }]);

interface Life {
  readonly warehouse: Warehouse;
  readonly asides: Asides;
  readonly forget: Forgetting["forget"];
  /** Opens the sink and waits until it is level. */
  readonly refill: () => Promise<void>;
}

async function live<Value>(work: (life: Life) => Promise<Value>, daysOn = 0): Promise<Value> {
  const clock = { ...systemClock, now: () => (systemClock.now() + daysOn * day) as never };
  const surroundings = { log: silentLog, clock, random: systemRandom };
  const config = analyticsConfig({ WEIR_DATA_DIR: directory, LOG_LEVEL: "silent" });
  assert.ok(config.warehouse.kind === "embedded");
  const opened = openConfiguredWarehouse(config, surroundings);
  const { warehouse } = opened;
  const closing: { close(): Promise<void> }[] = [opened];
  try {
    assert.ok(await opened.prepare(new AbortController().signal));
    const recoveredMs = clock.now();
    assert.ok((await recoverRows({ connection, warehouse, ...surroundings })).ok);
    const marks = await connection.bucket(sinkBucket);
    const level = () => isLevel(marks, (stream, subject) => connection.reader.lastSequence(stream, subject));
    const asides = openAsides({
      directory: config.warehouse.directory,
      warehouse,
      isLevel: level,
      refill: () => readRefill(marks),
      recoveredMs,
      setAsideDays: config.setAsideDays,
      retentionDays: config.retentionDays,
      ...surroundings,
    });
    closing.unshift(asides);
    const forgetting = new Forgetting({ warehouse, asides, clock });
    const refill = async (): Promise<void> => {
      const sink = openSink({ connection, warehouse, takeOverAfterMs: 0, ...surroundings });
      const keeper = openRollupKeeper({
        warehouse,
        acknowledged: () => (sink.state === "running" ? sink.position.acknowledged : undefined),
        isRefilling: async () => !(await level()),
        everyMs: 20,
        ...surroundings,
      });
      closing.unshift(keeper, sink);
      const last = await connection.reader.lastSequence(streams.events.name, subjects.allEvents);
      await eventually(
        "the sink is level",
        async () => sink.position.acknowledged >= last && (await level()),
      );
    };
    return await work({ warehouse, asides, forget: forgetting.forget.bind(forgetting), refill });
  } finally {
    for (const each of closing) await each.close();
  }
}

const countOf = async (warehouse: Warehouse): Promise<unknown> =>
  (await warehouse.query("SELECT count() AS n FROM weir.events FINAL")) satisfies { ok: boolean };
const rowsLeft = (n: number) => ({ ok: true, value: [{ n: String(n) }] });
const foldersAside = async (): Promise<string[]> =>
  (await readdir(directory)).filter((name) => name.startsWith("warehouse.broken-"));
async function files(pattern: RegExp): Promise<string[]> {
  const names = await readdir(join(directory, "warehouse"), { recursive: true });
  return names.filter((name) => pattern.test(name)).map((name) => join(directory, "warehouse", name));
}

test("a deletion waits for a directory that is set aside while rows are written again, and then removes it", async () => {
  await live(({ refill }) => refill());
  for (const file of await files(/events\.sql$/)) await truncate(file, 10);
  await live(async ({ warehouse, forget, refill }) => {
    assert.equal((await foldersAside()).length, 1);
    await noteDeletion(unitOf(1));
    const early = await forget(environment, unitOf(1));
    assert.ok(early.ok && early.value.left === 0);
    assert.match(early.value.waiting ?? "", /1 damaged folders .* when rows are written again/);
    assert.equal((await foldersAside()).length, 1, "it may hold what is not there yet");
    await refill();
    await eventually("the deletion is proved", async () => {
      const proof = await forget(environment, unitOf(1));
      assert.ok(proof.ok, JSON.stringify(proof));
      return proof.value.waiting === undefined;
    });
    assert.deepEqual(await foldersAside(), []);
    assert.deepEqual(await countOf(warehouse), rowsLeft(198));
  });
});

test("without a deletion, it goes when its days are over", async () => {
  for (const file of await files(/events\.sql$/)) await truncate(file, 10);
  const wait = async ({ refill, asides }: Life): Promise<void> => {
    await refill();
    await eventually("a folder is looked at", async () => asides.figures.left + asides.figures.removed > 0);
  };
  await live(wait);
  assert.equal((await foldersAside()).length, 1);
  await live(wait, 6);
  assert.equal((await foldersAside()).length, 1);
  await live(async (life) => {
    await wait(life);
    await eventually("the folder is removed", async () => life.asides.figures.removed === 1);
  }, 8);
  assert.deepEqual(await foldersAside(), []);
});

test("parts that were set aside go with a deletion as well, and their rows stay where they are again", async () => {
  await live(async ({ warehouse, refill }) => {
    await refill();
    assert.ok((await warehouse.command("ALTER TABLE weir.events DETACH PARTITION ALL")).ok);
  });
  const parts = /detached\/\w+$/;
  await live(async ({ warehouse, forget, refill }) => {
    assert.ok((await files(parts)).length > 0);
    await noteDeletion(unitOf(2));
    await refill();
    await eventually("the deletion is proved", async () => {
      const proof = await forget(environment, unitOf(2));
      return proof.ok && proof.value.waiting === undefined;
    });
    assert.deepEqual(await countOf(warehouse), rowsLeft(196));
  });
  assert.deepEqual(await files(parts), []);
  await live(async ({ warehouse }) => assert.deepEqual(await countOf(warehouse), rowsLeft(196)));
});

test("a deletion is proved when the rollups of its days were computed without it", async () => {
  await live(async ({ warehouse, forget, refill }) => {
    await noteDeletion(unitOf(3));
    const early = await forget(environment, unitOf(3));
    assert.ok(early.ok && early.value.left === 0);
    assert.match(early.value.waiting ?? "", /rollups of \d days/);
    await refill();
    await eventually("the deletion is proved", async () => {
      const proof = await forget(environment, unitOf(3));
      return proof.ok && proof.value.waiting === undefined;
    });
    const units = await warehouse.query("SELECT uniqMerge(units) AS n FROM weir.events_hourly");
    assert.deepEqual(units, rowsLeft(97));
  });
});

test("a folder inside a mount point goes as one beside the directory", async () => {
  const inside = join(directory, "warehouse", "broken-2020-01-01T00-00-00-000Z");
  await mkdir(inside);
  await (await open(join(inside, "rows"), "w")).close();
  await live(async ({ asides, refill }) => {
    await refill();
    await eventually("the folder is removed", async () => asides.figures.removed === 1);
  });
  assert.deepEqual(await files(/broken-/), []);
});
