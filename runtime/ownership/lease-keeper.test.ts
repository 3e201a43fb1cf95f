import assert from "node:assert/strict";
import { test } from "node:test";
import type { KeyValue } from "../ports/connection.ts";
import { silentLog } from "../ports/log.ts";
import { simulatedKeyValue } from "../simulation/ports/key-value.ts";
import { Network } from "../simulation/world/network.ts";
import { Process } from "../simulation/world/process.ts";
import { Store } from "../simulation/world/store.ts";
import { World } from "../simulation/world/world.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { leasesBucket } from "./lease-records.ts";

const ttlMs = 1_000;
const shardCount = 16;

type Through = (bucket: KeyValue) => KeyValue;

/** Hosts that share a bucket, in virtual time and fair weather. */
function hosts() {
  const world = new World(1, { tracing: false });
  const wires = { world, network: new Network(world), store: new Store(world) };
  const open = (host: string, through: Through = (bucket) => bucket): LeaseKeeper => {
    const process = new Process(world, host, 1);
    const keeper = new LeaseKeeper({
      bucket: through(simulatedKeyValue({ ...wires, process }, leasesBucket)),
      host,
      ttlMs,
      shardCount,
      clock: process.clock,
      random: world.chance(host),
      log: silentLog,
      open: async () => {},
      close: async () => {},
      prepare: async () => {},
      lost: () => {},
    });
    process.deliver(() => void keeper.start());
    return keeper;
  };
  const pass = (ms: number): Promise<void> => world.scheduler.runUntil(world.nowMs + ms);
  const act = (run: () => void): void =>
    void world.scheduler.after(0, () => {
      world.scheduler.touch();
      run();
    });
  return { open, pass, act };
}

/** A connection on which some puts of claims are lost, or stored without an answer. */
const unreliable =
  (fails: (put: number) => "lost" | "unheard" | undefined): Through =>
  (bucket) => {
    let puts = 0;
    const put: KeyValue["put"] = async (key, value, expected) => {
      const fault = key.startsWith("s.") ? fails(puts++) : undefined;
      if (fault !== "lost") {
        const outcome = await bucket.put(key, value, expected);
        if (fault === undefined) return outcome;
      }
      throw new Error("no answer");
    };
    return {
      put,
      get: (key) => bucket.get(key),
      keys: (prefix) => bucket.keys(prefix),
      delete: (key, expected) => bucket.delete(key, expected),
      follow: (listener, options) => bucket.follow(listener, options),
    };
  };

const everyShard = Array.from({ length: shardCount }, (_, shard) => shard);
const together = (...keepers: readonly LeaseKeeper[]): number[] =>
  keepers.flatMap(({ ownedShards }) => [...ownedShards]).sort((a, b) => a - b);

test("a host that joins gets its share, and every shard has one owner", async () => {
  const { open, pass } = hosts();
  const a = open("a");
  await pass(ttlMs);
  assert.deepEqual(together(a), everyShard);
  const b = open("b");
  await pass(3 * ttlMs);
  assert.ok(b.ownedShards.length > 0 && a.ownedShards.length > 0);
  assert.deepEqual(together(a, b), everyShard);
});

for (const fault of ["lost", "unheard"] as const) {
  test(`a shard whose release is ${fault} is given back later: nobody else may take it from a living host`, async () => {
    const { open, pass } = hosts();
    const first = shardCount; // the puts by which it takes them all
    const a = open(
      "a",
      unreliable((put) => (put >= first && put < first + 12 ? fault : undefined)),
    );
    await pass(ttlMs);
    assert.deepEqual(together(a), everyShard);
    const b = open("b");
    await pass(4 * ttlMs);
    assert.ok(b.ownedShards.length > 0);
    assert.deepEqual(together(a, b), everyShard);
  });
}

test("a claim that was stored unheard is taken up, or given back when the shard is better placed elsewhere", async () => {
  const { open, pass } = hosts();
  const a = open(
    "a",
    unreliable((put) => (put % 2 === 0 ? "unheard" : undefined)),
  );
  const b = open("b");
  await pass(5 * ttlMs);
  assert.deepEqual(together(a, b), everyShard);
});

test("a host that stops beating loses its shards to the other after the lease time, not before", async () => {
  const { open, pass, act } = hosts();
  const a = open("a");
  const b = open("b");
  await pass(3 * ttlMs);
  act(() => a.abandon());
  await pass(0.5 * ttlMs);
  assert.ok(b.ownedShards.length < shardCount);
  await pass(2 * ttlMs);
  assert.deepEqual(together(b), everyShard);
});

test("a host that drains hands everything over at once", async () => {
  const { open, pass, act } = hosts();
  const a = open("a");
  const b = open("b");
  await pass(3 * ttlMs);
  act(() => void a.drain());
  await pass(0.1 * ttlMs);
  assert.deepEqual([together(a), together(b)], [[], everyShard]);
});
