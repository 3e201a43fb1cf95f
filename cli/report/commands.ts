import { type Command, Option } from "commander";
import type { CliConfig } from "../config.ts";
import { say, withTarget } from "../options.ts";
import { requireTarget, type TargetOptions } from "../target.ts";
import { reportFormats, type ReportFormat } from "./formats.ts";

interface ReportArguments extends TargetOptions {
  readonly env?: string;
  readonly format?: ReportFormat;
  readonly output?: string;
  readonly source?: string;
  readonly depth?: boolean;
}

export function addReport(program: Command, config: CliConfig): void {
  withTarget(program.command("report"), config)
    .description("Print an experiment's report: decision, health, scorecard, plan, methods and SQL.")
    .argument("<experiment>", "its key")
    .option("--env <key>", "the environment (default: the token's own)")
    .addOption(
      new Option("--format <format>", "default: by the name of --output, else md").choices(reportFormats),
    )
    .option("--output <file>", "write it there instead of to stdout")
    .addOption(
      new Option("--source <source>", "rolling sums, or recomputed from ClickHouse").choices([
        "streaming",
        "warehouse",
      ]),
    )
    .option("--depth", "with other experiments of the same time, and the units that met the change")
    .addHelpText(
      "after",
      "\nExamples:\n  weir report checkout --env production\n  weir report checkout --env production --output checkout.html",
    )
    .action(async (experiment: string, options: ReportArguments) => {
      const { reportCommand } = await import("./command.ts");
      await reportCommand(requireTarget(options, config), experiment, options, say);
    });
}
