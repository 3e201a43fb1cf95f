import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff } from "./backoff.ts";
import { systemClock } from "./ports/clock.ts";
import { seededRandom, systemRandom } from "./ports/random.ts";

test("pauses grow twofold up to their maximum, and start small again after a success", () => {
  const always = { fraction: () => 1, hex: () => "" };
  const backoff = new Backoff(always, { baseMs: 10, maxMs: 50 });
  assert.deepEqual(
    Array.from({ length: 5 }, () => backoff.nextMs()),
    [10, 20, 40, 50, 50],
  );
  backoff.reset();
  assert.equal(backoff.nextMs(), 10);
});

test("jitter is full: a pause may be anything from nothing", () => {
  const backoff = new Backoff(seededRandom(1), { baseMs: 1_000, maxMs: 1_000 });
  const pauses = Array.from({ length: 200 }, () => backoff.nextMs());
  assert.ok(Math.min(...pauses) < 50 && Math.max(...pauses) > 950);
});

test("a seed repeats its chance, and two seeds differ", () => {
  assert.equal(seededRandom(5).hex(16), seededRandom(5).hex(16));
  assert.notEqual(seededRandom(5).hex(16), seededRandom(6).hex(16));
  assert.match(systemRandom.hex(4), /^[0-9a-f]{8}$/);
});

test("a sleep ends early when its signal aborts, and at once when it has", async () => {
  const stopping = new AbortController();
  const slept = systemClock.sleep(60_000, stopping.signal);
  stopping.abort();
  await slept;
  await systemClock.sleep(60_000, stopping.signal);
});
