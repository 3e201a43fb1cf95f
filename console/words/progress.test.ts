import assert from "node:assert/strict";
import { test } from "node:test";
import { epoch, experimentNamed } from "../testing/fixtures.ts";
import { progressOf } from "./progress.ts";

test("progress counts days from the first, against the planned end", () => {
  const running = experimentNamed("a", "running");
  assert.equal(progressOf(running, epoch).text, "Day 6 of 14");
  assert.ok(Math.abs((progressOf(running, epoch).fraction ?? 0) - 5 / 14) < 1e-9);
  const { stopAt: _stopAt, ...open } = running;
  assert.deepEqual(progressOf(open as typeof running, epoch), { text: "Day 6" });
});

test("a draft has not started and a completed one is finished, whatever the dates", () => {
  assert.equal(progressOf(experimentNamed("a", "draft"), epoch).text, "Not started");
  assert.equal(progressOf(experimentNamed("a", "completed"), epoch).text, "Finished");
});
