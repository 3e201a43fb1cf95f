import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "../ports/clock.ts";
import { hostFaults, serverFaults } from "./faults.ts";
import type { FaultKind } from "./faults.ts";
import { reportText } from "./report.ts";
import { runChaos } from "./run.ts";

// The short version of `npm run chaos`. Its faults are the same at every run; what the processes make of them is not.

const seconds = 60;
/** Half of a person's run: this one shares its processors with other tests. */
const commandsPerSecond = 100;
const eventsPerSecond = 25;

test("a minute of kills, stops, cuts and slowness loses nothing and doubles nothing", async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), "weir-chaos-"));
  const ending = new AbortController();
  t.signal.addEventListener("abort", () => ending.abort()); // the runner's time limit still ends every process
  let keep = true;
  try {
    const report = await runChaos(
      { seed: 3, seconds, commandsPerSecond, eventsPerSecond, leaseTtlMs: 3_000, syncAlways: true, dataDir },
      { clock: systemClock, signal: ending.signal, progress: (line) => t.diagnostic(line) },
    );
    assert.ok(report !== undefined, "it was not interrupted");
    const text = reportText(report);
    for (const line of text.split("\n")) t.diagnostic(line);
    assert.equal(report.violations.total, 0, `${text}\nthe logs are kept in ${dataDir}`);
    assert.equal(report.commands.unknown, 0);
    assert.ok(report.commands.answered > 500, "the load went on between the faults");
    assert.ok(report.effects.tells > 0 && report.effects.publishes > 0 && report.effects.performs > 0);
    assert.ok(report.effects.rings > 0);
    const done = [...new Set(report.faults.map(({ kind }) => kind))];
    // A busy machine takes longer to mend each; in a minute of its own all thirteen kinds come.
    for (const kinds of [hostFaults, serverFaults] as readonly (readonly FaultKind[])[])
      assert.ok(done.filter((kind) => kinds.includes(kind)).length >= 3, done.join());
    keep = false;
  } finally {
    if (!keep) await rm(dataDir, { recursive: true, force: true });
  }
});
