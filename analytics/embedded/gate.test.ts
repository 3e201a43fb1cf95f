import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { Gate } from "./gate.ts";

test("a resource is used by one caller at a time, the others wait in line", async () => {
  const gate = new Gate(["a", "b"], 10);
  const used: string[] = [];
  const [first, second, third] = ["first", "second", "third"].map(() => Promise.withResolvers<void>());
  const use = (name: string, until: PromiseWithResolvers<void> | undefined) =>
    gate.use(async (resource) => {
      used.push(`${name} ${resource}`);
      await until?.promise;
    });
  const done = [use("first", first), use("second", second), use("third", third)];
  await setImmediate();
  assert.deepEqual([used.length, gate.running, gate.waiting], [2, 2, 1]);
  second?.resolve();
  await done[1];
  await setImmediate();
  assert.equal(used[2]?.split(" ")[1], used[1]?.split(" ")[1]);
  first?.resolve();
  third?.resolve();
  await Promise.all(done);
  assert.deepEqual([gate.running, gate.waiting], [0, 0]);
});

test("beyond its bound nobody waits", async () => {
  const gate = new Gate(["a"], 1);
  const until = Promise.withResolvers<void>();
  const held = [1, 2].map(() => gate.use(() => until.promise));
  await assert.rejects(
    gate.use(async () => {}),
    { code: 202 },
  );
  until.resolve();
  await Promise.all(held);
});

test("who waits for its end leaves the loop to what is under way, and to what waits behind that", async () => {
  const gate = new Gate(["a"], 10);
  await gate.idle();
  let ended = 0;
  const held = [1, 2].map(() =>
    gate.use(async () => {
      await setImmediate(); // comes only if the loop turns
      ended++;
      if (ended === 1) throw new Error("planted");
    }),
  );
  const outcomes = Promise.allSettled(held);
  await gate.idle();
  assert.equal(ended, 2);
  await outcomes;
});
