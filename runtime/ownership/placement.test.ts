import assert from "node:assert/strict";
import { test } from "node:test";
import { BeatObserver } from "./beat-observer.ts";
import { preferredHost } from "./placement.ts";

const shards = Array.from({ length: 64 }, (_, shard) => shard);

test("placement does not depend on the order of the hosts", () => {
  for (const shard of shards)
    assert.equal(preferredHost(shard, ["a", "b", "c"]), preferredHost(shard, ["c", "a", "b"]));
});

test("a host that joins takes shards, and no shard moves between the others", () => {
  const moved = shards.filter(
    (shard) => preferredHost(shard, ["a", "b"]) !== preferredHost(shard, ["a", "b", "c"]),
  );
  assert.ok(moved.length > 0);
  for (const shard of moved) assert.equal(preferredHost(shard, ["a", "b", "c"]), "c");
});

test("hosts with similar names share fairly", () => {
  const hosts = ["actors-1", "actors-2", "actors-3", "actors-4"];
  const counts = hosts.map((host) => shards.filter((shard) => preferredHost(shard, hosts) === host).length);
  for (const count of counts) assert.ok(count >= 6 && count <= 28, `counts ${counts.join(", ")}`);
});

test("without hosts nobody is preferred", () => assert.equal(preferredHost(1, []), undefined));

test("a host is dead after five equal reads spread over the TTL, not before", () => {
  const observer = new BeatObserver(1_000);
  for (const ms of [0, 100, 200, 300]) observer.observe("a", 7, ms);
  assert.equal(observer.isDead("a", 5_000), false); // four reads
  observer.observe("a", 7, 400);
  assert.equal(observer.isDead("a", 999), false); // too soon
  assert.equal(observer.isDead("a", 1_000), true);
  observer.observe("a", 8, 1_001);
  assert.equal(observer.isDead("a", 9_000), false); // it beats again
});

test("an outage of the store ages nobody", () => {
  const observer = new BeatObserver(1_000);
  for (const ms of [0, 100, 200, 300]) observer.observe("a", 7, ms);
  observer.readFailed();
  observer.observe("a", 7, 2_000);
  assert.equal(observer.isDead("a", 2_500), false);
});
