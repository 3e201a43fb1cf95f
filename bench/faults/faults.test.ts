import assert from "node:assert/strict";
import { test } from "node:test";
import { faultReport, runFaults } from "./run.ts";

// A minute of what `npm run faults` does for a quarter of an hour.

const seed = 20_261;
const seconds = 60;

/** What the log must say of a fault, whatever else goes on. */
const toldBy = [
  ["disk_full", "disk_full"],
  ["disk_read_only", "disk_read_only"],
  ["corrupt_definitions", "directory_set_aside"],
] as const;

test("killed, suspended, without disk and corrupted for a minute, every acknowledged event counts once on both sides", async (context) => {
  const progress = (line: string): void => context.diagnostic(line);
  const options = { seconds, seed, perSecond: 500, progress };
  const run = await runFaults(options);
  const report = faultReport(run, options);
  for (const line of report.trimEnd().split("\n")) context.diagnostic(line);
  assert.equal(run.differences.length, 0, report);
  assert.ok(run.traffic.acknowledged > 1_000 && run.units > 100, "enough was counted to mean something");
  assert.ok(run.setAside.crossovers > 0 && run.setAside.optedOut > 0 && run.setAside.bots > 0);
  assert.ok(run.faults.size >= 8, "most kinds of fault came up");
  for (const [fault, kind] of toldBy)
    if (run.faults.has(fault)) assert.ok(run.said[kind] > 0, `the log says ${kind}`);
});
