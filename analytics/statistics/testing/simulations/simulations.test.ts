import assert from "node:assert/strict";
import { test } from "node:test";
import { rateOf } from "./simulation.ts";
import { intervalSimulations, sequentialSimulations } from "./tables.ts";

const seed = 20_260_601;

for (const simulation of [...sequentialSimulations, ...intervalSimulations]) {
  const { name, claim, nominal } = simulation;
  test(`${name}: ${claim === "equals" ? "" : `${claim.replace("_", " ")} `}${nominal.toPrecision(3)}`, () => {
    const { replicates } = simulation;
    const rate = rateOf(simulation, simulation.run(replicates, seed), replicates);
    assert.ok(
      rate.holds,
      `${rate.observed} (${rate.lower.toFixed(4)} to ${rate.upper.toFixed(4)}) of ${replicates}`,
    );
  });
}
