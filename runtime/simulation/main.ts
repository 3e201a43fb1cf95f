// npm run simulate: schedules of the simulated cluster, from a seed.
import process from "node:process";
import { systemClock } from "../ports/clock.ts";
import { help, parseOptions } from "./options.ts";
import type { Options } from "./options.ts";
import { showPlantedBugs } from "./planted-table.ts";
import { runMany } from "./pool.ts";
import { runSchedule } from "./schedule.ts";
import { Totals } from "./totals.ts";
import type { ScheduleSummary } from "./totals.ts";

const progressEvery = 20;
const lineLengthMax = 600;

async function main(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args);
  switch (parsed.kind) {
    case "help":
      process.stdout.write(help);
      return 0;
    case "wrong":
      process.stderr.write(`${parsed.problem}\nnpm run simulate -- --help says what there is.\n`);
      return 2;
    case "run":
      if (parsed.options.planted) return showPlantedBugs((line) => process.stdout.write(`${line}\n`));
      return simulate(parsed.options);
  }
}

async function simulate(options: Options): Promise<number> {
  const totals = new Totals();
  const startedMs = systemClock.monotonicMs();
  const done = (summary: ScheduleSummary): "go_on" | "stop" => {
    totals.add(summary);
    for (const violation of summary.violations) {
      progress("");
      process.stdout.write(`seed ${summary.seed}: ${violation.slice(0, lineLengthMax)}\n`);
    }
    if (totals.schedules % progressEvery === 0)
      progress(`${totals.schedules} of ${options.count}, ${totals.violations} violations`);
    return options.untilFailure && totals.failed.length > 0 ? "stop" : "go_on";
  };
  if (options.verbose) {
    const { lines, ...summary } = await runSchedule(options.seed, { steps: options.steps, tracing: true });
    for (const line of lines) process.stdout.write(`${line}\n`);
    done(summary);
  } else await runMany(options, done);
  progress("");
  process.stdout.write(`${totals.text(systemClock.monotonicMs() - startedMs)}\n`);
  return totals.failed.length === 0 ? 0 : 1;
}

/** One line that overwrites itself, for a person who waits. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`);
}

process.exitCode = await main(process.argv.slice(2));
