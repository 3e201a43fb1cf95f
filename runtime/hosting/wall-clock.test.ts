import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../testing/manual-clock.ts";
import { WallClock } from "./wall-clock.ts";

test("a clock that jumps is told from time that passes", async () => {
  const clock = new ManualClock();
  const wallClock = new WallClock(clock);
  await clock.pass(60_000);
  assert.equal(wallClock.jumpedMs(), 0);
  clock.jump(-3_600_000);
  await clock.pass(1_000);
  assert.equal(wallClock.jumpedMs(), -3_600_000);
  assert.equal(wallClock.jumpedMs(), 0);
});
