import { Option, type Command } from "commander";
import type { CliConfig } from "../config.ts";
import { integer, say, withTarget } from "../options.ts";
import { requireTarget } from "../target.ts";
import type { HistoryArguments } from "./command.ts";

export function addHistory(program: Command, config: CliConfig): void {
  withTarget(program.command("history"), config)
    .description("Say who changed what, when: in an environment, or of one entity, newest first.")
    .argument("[entity]", "COLLECTION/KEY, as in flags/checkout; without it, the environment's versions")
    .option("--env <key>", "the environment (default: the token's own)")
    .addOption(new Option("--limit <count>", "at most so many").argParser(integer(1, 10_000)).default(20))
    .addOption(
      new Option("--restore <version>", "make what the entity was its draft again")
        .argParser(integer(1, Number.MAX_SAFE_INTEGER))
        .conflicts("limit"),
    )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  weir history --env production\n  weir history flags/checkout --env production\n  weir history flags/checkout --env production --restore 3",
    )
    .action(async (entity: string | undefined, options: HistoryArguments) => {
      const { historyCommand } = await import("./command.ts");
      say(await historyCommand(requireTarget(options, config), entity, options));
    });
}
