import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KeyValue } from "./connection.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);

/** What every bucket does, in memory and on a server alike. `open` gives an empty one. */
export function keyValueSuite(name: string, open: () => Promise<KeyValue>): void {
  describe(`${name} as a bucket`, () => {
    const stored = async (bucket: KeyValue, key: string, value: string, expected: number) => {
      const outcome = await bucket.put(key, bytes(value), expected);
      assert.equal(outcome.kind, "stored", `${key} at ${expected}`);
      return outcome.kind === "stored" ? outcome.revision : 0;
    };
    const valueOf = async (bucket: KeyValue, key: string): Promise<string | undefined> => {
      const entry = await bucket.get(key);
      return entry && text(entry.value);
    };

    test("a put under the newest revision is stored, any other changes nothing", async () => {
      const bucket = await open();
      const first = await stored(bucket, "a=2Fb", "1", 0);
      assert.deepEqual(await bucket.put("a=2Fb", bytes("2"), 0), { kind: "conflict" });
      const second = await stored(bucket, "a=2Fb", "2", first);
      assert.ok(second > first);
      assert.deepEqual(await bucket.put("a=2Fb", bytes("3"), first), { kind: "conflict" });
      assert.deepEqual(await bucket.put("a=2Fb", bytes("2"), first), { kind: "conflict" });
      assert.deepEqual(await bucket.put("absent", bytes("1"), first), { kind: "conflict" });
      assert.equal(await valueOf(bucket, "a=2Fb"), "2");
      await assert.rejects(async () => bucket.put("bad key", bytes("1"), 0), /bucket key/);
    });

    test("keys are all present ones, or those below a prefix", async () => {
      const bucket = await open();
      for (const key of ["7.ledger.a", "7.ledger.b", "70.ledger.c", "8.tally.d", "plain"])
        await stored(bucket, key, "x", 0);
      await bucket.delete("8.tally.d");
      assert.deepEqual([...(await bucket.keys())].sort(), [
        "7.ledger.a",
        "7.ledger.b",
        "70.ledger.c",
        "plain",
      ]);
      assert.deepEqual([...(await bucket.keys("7."))].sort(), ["7.ledger.a", "7.ledger.b"]);
      assert.deepEqual(await bucket.keys("7.tally."), []);
    });

    test("a deleted key is gone, and can be put anew as if it had never been", async () => {
      const bucket = await open();
      const first = await stored(bucket, "k", "1", 0);
      await bucket.delete("k");
      assert.equal(await bucket.get("k"), undefined);
      assert.deepEqual(await bucket.put("k", bytes("2"), first), { kind: "conflict" });
      assert.ok((await stored(bucket, "k", "2", 0)) > first);
      await bucket.delete("never");
    });

    test("a delete under an old revision changes nothing, under the newest it deletes", async () => {
      const bucket = await open();
      const first = await stored(bucket, "k", "1", 0);
      const second = await stored(bucket, "k", "2", first);
      await bucket.delete("k", first);
      assert.equal(await valueOf(bucket, "k"), "2");
      await bucket.delete("k", second);
      assert.equal(await bucket.get("k"), undefined);
      assert.deepEqual(await bucket.keys(), []);
      await bucket.delete("k", second);
      assert.ok((await stored(bucket, "k", "3", 0)) > second);
    });

    test("of a delete and a put at the same revision one wins, and a put after the delete survives it", async () => {
      const bucket = await open();
      for (let round = 0; round < 8; round++) {
        const key = `k${round}`;
        const revision = await stored(bucket, key, "old", 0);
        const [, put, anew] = await Promise.all([
          bucket.delete(key, revision),
          bucket.put(key, bytes("changed"), revision),
          bucket.put(key, bytes("anew"), 0),
        ]);
        const kept = await valueOf(bucket, key);
        if (put.kind === "stored") assert.equal(kept, "changed", "the delete came too late");
        else assert.equal(kept, anew.kind === "stored" ? "anew" : undefined);
      }
    });

    test("a follower hears present entries and each change", async () => {
      const bucket = await open();
      await stored(bucket, "a", "1", 0);
      const seen: string[] = [];
      const heard = Promise.withResolvers<void>();
      const stop = await bucket.follow(({ key, value }) => {
        seen.push(`${key}=${text(value)}`);
        if (key === "b") heard.resolve();
      });
      await stored(bucket, "b", "2", 0);
      await heard.promise;
      assert.deepEqual(seen, ["a=1", "b=2"]);
      await stop();
    });
  });
}
