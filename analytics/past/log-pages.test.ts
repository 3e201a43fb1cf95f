import assert from "node:assert/strict";
import { test } from "node:test";
import { Partition } from "../../actors/experiment/partition.ts";
import { partitionPast } from "../../actors/experiment/partition-past.ts";
import { defined, definitionOf, event, exposure, unitOf } from "../../actors/experiment/testing/records.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import type { ExperimentKey, MetricKey, UnitId } from "../../protocols/ids.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import { LogRowsRequest } from "../../protocols/stored-record.ts";
import { EpochMs } from "../../protocols/time.ts";
import { partitionOf, subjects } from "../../protocols/topology.ts";
import { seededRandom, type Messaging } from "../../runtime/index.ts";
import { deleteUnit } from "../deletion.ts";
import { tables } from "../schema/tables.ts";
import { precedenceOf } from "../sink/precedence.ts";
import { rowsOf } from "../sink/rows.ts";
import { warehouseHere } from "../testing/warehouse-here.ts";
import { LogPages } from "./log-pages.ts";

// A log of several partitions, folded as it came, and folded again out of ClickHouse up to some message.

const temporary = await warehouseHere();

const environment = EnvironmentKey.parse("production");
const partitions = 3;
const day = 86_400_000;
const start = Date.UTC(2026, 9, 1);
const definition = definitionOf(
  "checkout",
  [
    {
      key: "spend",
      definition: { type: "sum", event: "buy" },
      covariate: { lookbackDays: 14 },
      window: { type: "conversion", hours: 30 },
    },
    { key: "bought", definition: { type: "binary", event: "buy" } },
    { key: "visits", definition: { type: "count", event: "visit" }, window: { type: "session" } },
    { key: "basket", definition: { type: "mean", event: "buy" } },
  ],
  { dimensions: ["country"] },
);
const other = definitionOf("other", [{ key: "visits", definition: { type: "count", event: "visit" } }]);

interface Message {
  readonly partition: number;
  readonly records: readonly LogRecord[];
}

class World {
  readonly log: Message[] = [];
  readonly live = Array.from({ length: partitions }, (_, partition) => newPartition(partition));

  /** Writes and folds; what partitions hand over follows. */
  append(partition: number, records: readonly LogRecord[]): void {
    this.log.push({ partition, records });
    const state = this.live[partition] as Partition;
    records.forEach((record, index) => state.take(record, this.log.length, index));
    const waiting = [...state.outgoing];
    state.sent(new Set(waiting.map(({ record }) => record.id)));
    for (const { to, record } of waiting) this.append(partitionOf(to, partitions), [record]);
  }

  appendOf(unit: UnitId, records: readonly LogRecord[]): void {
    this.append(partitionOf(unit, partitions), records);
  }
}

const newPartition = (partition: number): Partition =>
  new Partition({ key: `${environment}/${partition}`, partition, partitions });

/** Something happens to one of 60 people, most of whom have a second device. */
function happen(world: World, random: ReturnType<typeof seededRandom>, number: number): void {
  const pick = (count: number): number => Math.floor(random.fraction() * count);
  const unit = pick(120);
  const ts = start + Math.floor(number * 200_000 * random.fraction());
  const session = `s${pick(2)}`;
  const metadata = { country: ["de", "fr", "it"][pick(3)] ?? "de" };
  const others = { at: start + number * 200_000, session, metadata };
  const own = unitOf(unit);
  const said = { id: `said-${number}`, at: others.at, ts, unit: own };
  switch (pick(12)) {
    case 0:
    case 1:
    case 2:
      return world.appendOf(own, [
        exposure(unit, unit % 60 < 30 ? "a" : "b", ts, {
          ...others,
          ...(pick(40) === 0 ? { bot: true as const } : {}),
        }),
      ]);
    case 3:
      return world.appendOf(own, [
        exposure(unit, pick(20) === 0 ? "b" : "a", ts, { ...others, experiment: "other" as ExperimentKey }),
      ]);
    case 4: {
      const known = unitOf(unit % 60);
      if (unit < 60 || pick(2) === 0) return;
      const record: LogRecord = { type: "identify", ...said, id: `identify-${unit}`, known };
      const both = new Set([own, known].map((each) => partitionOf(each, partitions)));
      for (const each of both) world.append(each, [record]);
      return;
    }
    case 5:
      if (pick(12) > 0) return;
      return world.appendOf(own, [{ type: "consent", ...said, analytics: pick(3) === 0 }]);
    case 6:
      if (pick(12) > 0) return;
      return world.appendOf(own, [
        { type: "bot", id: `bot-${unit}`, at: others.at, unit: own },
        { type: "bot", id: `bot-${unit}`, at: others.at, unit: own },
      ]);
    default: {
      const record = event(unit, pick(2) === 0 ? "buy" : "visit", 0.1 + pick(100), ts, others);
      return world.appendOf(own, pick(10) === 0 ? [record, record] : [record]);
    }
  }
}

async function insert(world: World): Promise<void> {
  const rows = world.log.flatMap(({ records }, message) =>
    records.flatMap((record, index) => rowsOf(record, environment, precedenceOf(message + 1, index))),
  );
  for (const [table, group] of Map.groupBy(rows, (row) => row.table))
    for (const [, part] of Map.groupBy(group, ({ month }) => month)) {
      const values = part.map((row) => row.values);
      const done = await temporary.warehouse.insert(tables[table], values);
      assert.ok(done.ok, JSON.stringify(done));
    }
}

const pages = (options: { rowsPerStatement?: number; pieceBytesMax?: number } = {}) =>
  new LogPages({ warehouse: temporary.warehouse, ...options });

/** As the analytics process answers. */
function messagingOf(log: LogPages): Pick<Messaging, "request"> {
  return {
    request: (async (subject: string, payload: unknown) => {
      assert.equal(subject, subjects.logRows);
      return JSON.parse(JSON.stringify(await log.read(LogRowsRequest.parse(payload))));
    }) as Messaging["request"],
  };
}

/** A partition out of ClickHouse up to a message, and from the log after it. */
async function rebuilt(world: World, partition: number, upTo: number): Promise<Partition> {
  const state = newPartition(partition);
  const past = partitionPast(messagingOf(pages({ rowsPerStatement: 400, pieceBytesMax: 20_000 })));
  const shares: number[] = [];
  const forget = (): void => state.sent(new Set(state.outgoing.map(({ record }) => record.id)));
  const done = await past.fold(state, `${environment}/${partition}`, upTo, async (_, share) => {
    shares.push(share);
    forget();
  });
  assert.deepEqual(done, { ok: true, value: undefined });
  assert.deepEqual(
    shares,
    [...shares].sort((a, b) => a - b),
  );
  world.log.forEach((message, index) => {
    if (index < upTo || message.partition !== partition) return;
    message.records.forEach((record, place) => state.take(record, index + 1, place));
    forget();
  });
  return state;
}

const sumsOf = (state: Partition) =>
  ["checkout", "other"].map((experiment) => state.tally(experiment)?.summary(true));

/** Two experiments, covariates, and what befell 120 units, in ClickHouse as well. */
async function play(): Promise<World> {
  const random = seededRandom(7);
  const world = new World();
  for (let partition = 0; partition < partitions; partition++)
    world.append(partition, [
      { ...defined(definition), id: `d-${partition}` },
      { ...defined(other), id: `o-${partition}` },
    ]);
  for (let partition = 0; partition < partitions; partition++) {
    const units = Array.from({ length: 120 }, (_, number) => unitOf(number)).filter(
      (unit) => partitionOf(unit, partitions) === partition,
    );
    world.append(partition, [
      {
        type: "covariates",
        id: `before-${partition}`,
        at: start,
        experiment: "checkout" as ExperimentKey,
        phase: 1,
        metric: "spend" as MetricKey,
        units,
        values: units.map((_, index) => [index / 8] as const),
      },
    ]);
  }
  for (let number = 0; number < 4_000; number++) happen(world, random, number);
  await insert(world);
  assert.ok(world.log.some(({ records }) => records.some(({ type }) => type === "merge")));
  const aside = world.live.map((state) => state.tally("checkout")?.summary());
  assert.ok(aside.every((summary) => (summary?.bots ?? 0) > 0 && (summary?.optedOut ?? 0) > 0));

  return world;
}

const world = await play();
/** Up to where it is in ClickHouse. */
const { length } = world.log;

test("a partition out of ClickHouse has the same sums, wherever the stream goes on, and goes on alike", async () => {
  for (const upTo of [6, Math.floor(length / 3), Math.floor(length * 0.8), length])
    for (let partition = 0; partition < partitions; partition++) {
      const state = await rebuilt(world, partition, upTo);
      const live = world.live[partition] as Partition;
      assert.deepEqual(sumsOf(state), sumsOf(live), `partition ${partition} up to ${upTo} of ${length}`);
      assert.equal(state.counts.pending, live.counts.pending);
    }

  // All of them out of ClickHouse; then the log goes on, over each boundary between them.
  const again = new World();
  again.log.push(...world.log);
  for (let partition = 0; partition < partitions; partition++)
    again.live[partition] = await rebuilt(world, partition, length);
  for (const each of [world, again]) {
    const next = seededRandom(8);
    for (let number = 4_000; number < 5_000; number++) {
      happen(each, next, number);
    }
  }
  for (let partition = 0; partition < partitions; partition++)
    assert.deepEqual(sumsOf(again.live[partition] as Partition), sumsOf(world.live[partition] as Partition));
});

test("what only ClickHouse has does not count again: neither events sent again nor what was handed over", async () => {
  for (let partition = 0; partition < partitions; partition++) {
    const state = await rebuilt(world, partition, length);
    const before = sumsOf(state);
    for (const { partition: own, records } of world.log.slice(0, length))
      if (own === partition)
        for (const record of records)
          if (["merge", "exposure", "metric", "identify"].includes(record.type))
            state.take(record, world.log.length + 1);
    assert.deepEqual(sumsOf(state), before);
  }
});

test("a deleted unit stays away, with all that are linked to it", async () => {
  const own = unitOf(3);
  const device = unitOf(63);
  const proof = await deleteUnit(temporary.warehouse, environment, own, EpochMs.parse(start));
  assert.ok(proof.ok && proof.value.left === 0);
  for (const unit of [own, device])
    world.appendOf(unit, [{ type: "deletion", id: `gone-${unit}`, at: start, unit }]);
  for (let partition = 0; partition < partitions; partition++) {
    const state = await rebuilt(world, partition, length);
    assert.deepEqual(sumsOf(state), sumsOf(world.live[partition] as Partition));
    const later = exposure(3, "a", start + 5 * day);
    if (partition === partitionOf(own, partitions)) state.take(later, world.log.length + 1);
    assert.deepEqual(sumsOf(state), sumsOf(world.live[partition] as Partition));
  }
});

test("a definition that ClickHouse does not have keeps the live sums in their place", () => {
  const past = partitionPast({ request: () => Promise.reject(new Error("not asked")) });
  const [live, state] = [newPartition(0), newPartition(0)];
  live.take(defined(definition));
  assert.match(JSON.stringify(past.takeOver(state, live)), /what checkout meant/);
  state.take(defined(definition));
  assert.ok(past.takeOver(state, live).ok);
});

test("ClickHouse that is away is a refusal with its reason", async () => {
  const failure = { code: "warehouse_unavailable", reason: "it starts", retryAfterMs: 1 };
  const past = partitionPast({ request: (async () => ({ ok: false, failure })) as Messaging["request"] });
  const told = [await past.reach(), await past.fold(newPartition(0), "production/0", 9, async () => {})];
  for (const each of told) assert.match(JSON.stringify(each), /"unavailable".*it starts/);
});
