import { Option, type Command } from "commander";
import type { CliConfig } from "../config.ts";
import { exitCodes } from "../failure.ts";
import { interruptible } from "../interruptible.ts";
import { say, withTarget } from "../options.ts";
import { requireTarget, type TargetOptions } from "../target.ts";
import type { RebuildOptions } from "./rebuild.ts";

// `weir rebuild`: the rolling sums of an experiment, counted anew.

export function addRebuild(program: Command, config: CliConfig): void {
  withTarget(program.command("rebuild"), config)
    .description(
      "Count an experiment's rolling sums anew from the beginning, beside the live ones, compare them, and put them in their place. The other experiments of the environment are counted anew with it. Needs an admin token; exit code 1 when something was different.",
    )
    .requiredOption("--experiment <key>", "the experiment whose sums are compared")
    .requiredOption("--env <key>", "its environment")
    .addOption(
      new Option(
        "--from <source>",
        "the log from its first message, or ClickHouse and then what the log still has (default: the log, where it has its first message)",
      ).choices(["stream", "warehouse"]),
    )
    .option("--dry-run", "compare only")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      "\nThe log keeps events for seven days; what it has forgotten is read from ClickHouse. Ctrl-C gives up the partition under way, in which nothing is replaced then.\n\nExample:\n  weir rebuild --env production --experiment checkout --dry-run",
    )
    .action(async (options: TargetOptions & RebuildOptions) => {
      const { rebuildSums } = await import("./rebuild.ts");
      await interruptible(async (signal) => {
        const progress = (line: string): void => void process.stderr.write(`${line}\n`);
        const { text, same } = await rebuildSums(requireTarget(options, config), options, {
          say: progress,
          signal,
        });
        say(text);
        if (!same) process.exitCode = exitCodes.failed;
      });
    });
}
