import { type Command, Option } from "commander";
import { systemClock } from "../clock.ts";
import type { CliConfig } from "../config.ts";
import { exitCodes } from "../failure.ts";
import { interruptible } from "../interruptible.ts";
import { say, withTarget } from "../options.ts";
import { requireTarget, type TargetOptions } from "../target.ts";
import type { BackfillOptions } from "./backfill.ts";

// `weir backfill FILE…`: events that happened elsewhere, once each.

const formats = ["csv", "ndjson", "parquet"] as const;
const collect = (value: string, all: readonly string[] = []): string[] => [...all, value];

interface Arguments extends TargetOptions, BackfillOptions {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addBackfill(program: Command, config: CliConfig): void {
  withTarget(program.command("backfill"), config)
    .description(
      "Bring events from CSV, NDJSON or Parquet files into an environment. Each row is an event; raw keys become pseudonyms at the gateway. What was interrupted goes on where it was, and counts once. Needs a token with ingestion:backfill.",
    )
    .argument("<files...>", "a row an event; a column named like a member of an event is that member")
    .requiredOption("--env <key>", "the environment")
    .option(
      "--map <member=column>",
      "which column is which member, as in userId=customer; repeatable",
      collect,
    )
    .option("--set <member=value>", "what every row says, as in type=metric; repeatable", collect)
    .option(
      "--properties <columns>",
      "columns that become properties of the events, with commas between them",
    )
    .addOption(
      new Option("--format <format>", "what the files are (default: by their names)").choices(formats),
    )
    .option("--dry-run", "send nothing: say what each column becomes, and which rows are wrong")
    .option("--rejects <file>", "where refused rows go, as JSON lines (default: FILE.rejects.ndjson)")
    .option("--restart", "from the first row, although an earlier run got further")
    .option("--json", "print one JSON object a file")
    .addHelpText(
      "after",
      "\nExamples:\n  weir backfill orders.csv --env production --map userId=customer --map ts=created --map value=total \\\n    --set type=metric --set name=order --dry-run\n  weir backfill events.ndjson clicks.parquet --env production",
    )
    .action(async (files: string[], options: Arguments) => {
      const { backfillFile, rateText, surveyFile } = await import("./backfill.ts");
      const { surveyText } = await import("./survey.ts");
      await interruptible(async (signal) => {
        for (const file of files) {
          if (options.dryRun === true) {
            const found = await surveyFile(file, options);
            say(options.json === true ? JSON.stringify({ file, ...found }) : `${file}\n${surveyText(found)}`);
            if (found.good < found.rows) process.exitCode = exitCodes.failed;
            continue;
          }
          const tools = {
            clock: systemClock,
            signal,
            say: (line: string) => void process.stderr.write(`${line}\n`),
          };
          const done = await backfillFile(file, requireTarget(options, config), options, tools);
          const rejects = done.rejectsFile === undefined ? "" : `; refused rows are in ${done.rejectsFile}`;
          say(
            options.json === true
              ? JSON.stringify(done)
              : `${file}: ${rateText(done, done.tookMs)}${rejects}`,
          );
          if (done.rejected > 0) process.exitCode = exitCodes.failed;
        }
      });
    });
}
