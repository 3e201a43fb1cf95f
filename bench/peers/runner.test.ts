import assert from "node:assert/strict";
import { test } from "node:test";
import { Runner } from "./runner.ts";

test("a contestant in its own process opens, warms up and is timed", async () => {
  const runner = new Runner("weir");
  try {
    assert.equal(await runner.open("c"), undefined);
    await runner.warmUp(50);
    assert.ok((await runner.round(20)) > 10_000);
  } finally {
    runner.end();
  }
});

test("a process that is gone is an answer, not a wait", async () => {
  const runner = new Runner("weir");
  runner.end();
  assert.match((await runner.open("a")) ?? "", /process ended|closed/);
});
