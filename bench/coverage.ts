import { rateOf, type Simulation } from "../analytics/statistics/testing/simulations/simulation.ts";
import {
  intervalSimulations,
  sequentialSimulations,
} from "../analytics/statistics/testing/simulations/tables.ts";
import type { BenchOptions, BenchReport, BenchRow } from "./report.ts";

/** A hundred times what a test repeats: a Monte-Carlo error of a tenth of the rate or less. */
const factor = 100;
const seed = 1_900;

/** Do the methods keep what they promise? Each promised rate beside the observed one and its interval. */
export function run({ scale, progress }: BenchOptions): Promise<BenchReport> {
  const lines: (readonly string[])[] = [
    ["method", "promised", "observed", "Monte-Carlo 99.9 %", "repetitions", "ok"],
  ];
  const rows: BenchRow[] = [];
  for (const simulation of [...sequentialSimulations, ...intervalSimulations]) {
    progress(`coverage: ${simulation.name}`);
    const replicates = Math.max(1, Math.ceil(simulation.replicates * factor * scale));
    const rate = rateOf(simulation, simulation.run(replicates, seed), replicates);
    rows.push({
      case: simulation.name,
      value: rate.observed,
      unit: "share",
      goal: { text: promiseOf(simulation), met: rate.holds },
    });
    lines.push([
      simulation.name,
      promiseOf(simulation),
      rate.observed.toFixed(4),
      `${rate.lower.toFixed(4)} to ${rate.upper.toFixed(4)}`,
      String(replicates),
      rate.holds ? "yes" : "NO",
    ]);
  }
  if (rows.some(({ goal }) => goal?.met === false)) process.exitCode = 1;
  return Promise.resolve({ name: "coverage", rows, table: aligned(lines), notes: [`seed ${seed}`] });
}

const signs: Readonly<Record<Simulation["claim"], string>> = { equals: "=", at_most: "≤", at_least: "≥" };

const promiseOf = ({ claim, nominal, slack }: Simulation): string =>
  `${signs[claim]} ${nominal.toPrecision(3)}${slack === undefined ? "" : ` ± ${slack}`}`;

function aligned(lines: readonly (readonly string[])[]): string[] {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? "").length)),
  );
  return lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
