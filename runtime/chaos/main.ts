import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { systemClock } from "../ports/clock.ts";
import { systemRandom } from "../ports/random.ts";
import { chaosArguments, help } from "./arguments.ts";
import { reportText } from "./report.ts";
import { runChaos } from "./run.ts";

// `npm run chaos`: breaks a cluster of its own on this machine, and says what it found.

const parsed = chaosArguments(process.argv.slice(2), systemRandom);
if (parsed.kind === "help") process.stdout.write(help);
else if (parsed.kind === "mistake") {
  process.stderr.write(`${parsed.text}\n\n${help}`);
  process.exitCode = 2;
} else {
  const { settings } = parsed;
  const ending = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => ending.abort());
  const dataDir = await mkdtemp(join(tmpdir(), "weir-chaos-"));
  const terminal = process.stderr.isTTY;
  const clearLine = terminal ? "\r\u001B[K" : "";
  const progress = (line: string): void => void process.stderr.write(`${clearLine}${line}\n`);
  process.stdout.write(`seed ${settings.seed}\n`);
  let keep = true;
  try {
    const report = await runChaos(
      { ...settings, dataDir },
      {
        clock: systemClock,
        signal: ending.signal,
        progress,
        ...(terminal
          ? {
              tick: ({ seconds, answered, faults }) =>
                void process.stderr.write(
                  `${clearLine}${seconds} of ${settings.seconds} s, ${answered} commands, ${faults} faults`,
                ),
            }
          : {}),
      },
    );
    const violated = report !== undefined && report.violations.total > 0;
    if (report !== undefined) process.stdout.write(`\n${reportText(report)}`);
    if (violated) process.exitCode = 1;
    else if (report === undefined) process.exitCode = 130;
    keep = violated || parsed.keep;
  } finally {
    if (keep) process.stderr.write(`the data and logs of this run are kept in ${dataDir}\n`);
    else await rm(dataDir, { recursive: true, force: true });
  }
}
