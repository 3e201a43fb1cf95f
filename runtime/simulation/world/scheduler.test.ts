import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../ports/random.ts";
import { Process } from "./process.ts";
import { Scheduler } from "./scheduler.ts";
import { World } from "./world.ts";

test("events run in the order of their time, however they were added", async () => {
  const scheduler = new Scheduler(seededRandom(1));
  const random = seededRandom(2);
  const seen: number[] = [];
  for (let index = 0; index < 500; index++) {
    const atMs = Math.floor(random.fraction() * 100);
    scheduler.at(atMs, () => seen.push(atMs));
  }
  await scheduler.runUntil(49.5);
  assert.equal(
    seen.every((atMs) => atMs < 50),
    true,
  );
  await scheduler.runUntil(1_000);
  assert.equal(seen.length, 500);
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  );
  assert.equal(scheduler.nowMs, 1_000);
});

test("what is taken back does not happen", async () => {
  const scheduler = new Scheduler(seededRandom(1));
  let happened = 0;
  const takeBack = scheduler.after(5, () => happened++);
  scheduler.after(6, () => happened++);
  takeBack();
  await scheduler.runUntil(10);
  assert.equal(happened, 1);
});

test("every promise that an event settled has had its turn before the next event, however long the chain", async () => {
  const world = new World(1, { tracing: false });
  const process = new Process(world, "a", 1);
  const seen: string[] = [];
  const chain = async (): Promise<void> => {
    for (let index = 0; index < 1_000; index++) await Promise.resolve();
    seen.push("chain");
  };
  world.scheduler.at(1, () => process.deliver(() => void chain()));
  world.scheduler.at(1.001, () => seen.push("next"));
  await world.scheduler.runUntil(2);
  assert.deepEqual(seen, ["chain", "next"]);
});

test("a dead process does nothing more, a paused one does it afterwards, while its monotonic clock goes on", async () => {
  const world = new World(1, { tracing: false });
  const [dead, paused] = [new Process(world, "dead", 1), new Process(world, "paused", 1)];
  const woke: string[] = [];
  for (const process of [dead, paused])
    process.deliver(
      () =>
        void process.clock
          .sleep(10)
          .then(() => woke.push(`${process.name} ${process.clock.monotonicMs() >= 50}`)),
    );
  world.scheduler.at(5, () => {
    dead.kill();
    paused.pause();
  });
  world.scheduler.at(50, () => paused.resume());
  await world.scheduler.runUntil(100);
  assert.deepEqual(woke, ["paused true"]);
});

test("a sleep ends early with its signal, at once when it is over already, and too long a sleep is none", async () => {
  const world = new World(1, { tracing: false });
  const { clock, ...rest } = new Process(world, "a", 1);
  assert.ok(rest.name === "a");
  const stopping = new AbortController();
  const ended: number[] = [];
  const note = (): void => void ended.push(Math.floor(clock.monotonicMs()));
  void clock.sleep(1_000, stopping.signal).then(note);
  void clock.sleep(2 ** 31).then(note);
  world.scheduler.at(20, () => {
    world.scheduler.touch();
    stopping.abort();
    void clock.sleep(1_000, stopping.signal).then(note);
  });
  await world.scheduler.runUntil(500);
  assert.equal(ended.length, 3);
  assert.ok((ended[0] ?? 99) < 5 && ended[1] === 20 && ended[2] === 20, ended.join());
});
