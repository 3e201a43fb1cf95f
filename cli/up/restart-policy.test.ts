import assert from "node:assert/strict";
import { test } from "node:test";
import { failuresPerWindowMax, RestartPolicy } from "./restart-policy.ts";

const middle = (): number => 0.5;

test("the first failure is answered nearly at once, further ones wait longer, up to seconds", () => {
  const policy = new RestartPolicy(() => 1);
  const delays = Array.from({ length: 9 }, (_, index) => policy.failed(index).delayMs);
  assert.deepEqual(delays, [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
});

test("delays are spread over the upper half of their ceiling", () => {
  assert.equal(new RestartPolicy(() => 0).failed(0).delayMs, 50);
  assert.equal(new RestartPolicy(() => 1).failed(0).delayMs, 100);
});

test("the tenth failure within a minute is loud and slow, and it still names a delay", () => {
  const policy = new RestartPolicy(middle);
  for (let failure = 1; failure < failuresPerWindowMax; failure++)
    assert.equal(policy.failed(failure).loud, false);
  const tenth = policy.failed(20_000);
  assert.deepEqual([tenth.loud, tenth.failures], [true, 10]);
  assert.ok(tenth.delayMs >= 15_000);
});

test("slow restarts that keep failing stay loud, although they are fewer than ten a minute", () => {
  const policy = new RestartPolicy(middle);
  for (let failure = 0; failure < 10; failure++) policy.failed(failure);
  for (let minute = 1; minute < 10; minute++) assert.equal(policy.failed(minute * 45_000).loud, true);
});

test("a minute of health forgives everything", () => {
  const policy = new RestartPolicy(() => 1);
  for (let failure = 0; failure < 10; failure++) policy.failed(failure);
  assert.deepEqual(policy.failed(1_000_000), { delayMs: 100, failures: 1, loud: false });
});
