import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryKeyValue } from "../memory/key-value.ts";
import type { KeyValue } from "../ports/connection.ts";
import { silentLog } from "../ports/log.ts";
import { seededRandom } from "../ports/random.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { LeaseKeeper } from "./lease-keeper.ts";

const ttlMs = 3_000;
const shardCount = 16;

test("nobody is declared dead while the store answers reads and takes no writes (pinned: living hosts robbed each other)", async () => {
  const clock = new ManualClock();
  const memory = new MemoryKeyValue();
  let stalled = false; // as a bucket is whose leader lost its peers
  const bucket: KeyValue = {
    get: (key) => memory.get(key),
    keys: (prefix) => memory.keys(prefix),
    put: async (key, value, expected) => {
      if (stalled) throw new Error("no quorum");
      return memory.put(key, value, expected);
    },
    delete: (key, expected) => memory.delete(key, expected),
    follow: (listener) => memory.follow(listener),
  };
  const losses: string[] = [];
  const keepers = ["a", "bb"].map(
    (host) =>
      new LeaseKeeper({
        bucket,
        host,
        ttlMs,
        shardCount,
        clock,
        random: seededRandom(host.length),
        log: silentLog,
        open: async () => {},
        close: async () => {},
        prepare: async () => {},
        lost: (reason) => losses.push(`${host}: ${reason}`),
      }),
  );
  for (const keeper of keepers) await keeper.start();
  await clock.pass(2 * ttlMs);
  const owned = (): readonly (readonly number[])[] => keepers.map(({ ownedShards }) => ownedShards);
  const before = owned();
  assert.equal(before.flat().length, shardCount);
  assert.ok(before.every((shards) => shards.length > 0));

  stalled = true;
  await clock.pass(5 * ttlMs);
  stalled = false;
  await clock.pass(2 * ttlMs);
  assert.deepEqual(owned(), before);
  assert.deepEqual(losses, []);
  assert.ok(keepers.every(({ vouched }) => vouched));
  for (const keeper of keepers) keeper.abandon();
});
