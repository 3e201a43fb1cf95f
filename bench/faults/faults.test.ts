import assert from "node:assert/strict";
import { test } from "node:test";
import { faultReport, runFaults } from "./run.ts";

// A minute of what `npm run faults` does for a quarter of an hour.

const seed = 20_261;
const seconds = 60;

test("killed and suspended for a minute, every acknowledged event counts once, in folds and in ClickHouse", async (context) => {
  const progress = (line: string): void => context.diagnostic(line);
  const options = { seconds, seed, perSecond: 500, progress };
  const run = await runFaults(options);
  for (const line of faultReport(run, options).trimEnd().split("\n")) context.diagnostic(line);
  assert.deepEqual(run.differences, []);
  assert.ok(run.traffic.acknowledged > 1_000 && run.units > 100, "enough was counted to mean something");
  assert.ok(run.setAside.crossovers > 0 && run.setAside.optedOut > 0 && run.setAside.bots > 0);
  assert.ok(run.faults.size >= 5, "several kinds of fault came up");
});
