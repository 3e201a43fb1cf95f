import { Argument, type Command } from "commander";
import type { CliConfig } from "../config.ts";
import { withTarget } from "../options.ts";
import type { ImportCommandOptions } from "./command.ts";
import { systemNames, type SystemName } from "./system-names.ts";

export function addImport(program: Command, config: CliConfig): void {
  withTarget(program.command("import"), config)
    .description(
      "Bring another system's flags into an environment, with that system's bucketing, so that no user moves.",
    )
    .addArgument(new Argument("<system>", "whose file it is").choices(systemNames))
    .argument(
      "<file>",
      "JSON file: GrowthBook's SDK payload, Unleash's client features, LaunchDarkly's SDK data, flagd's definitions or Flagsmith's environment document",
    )
    .option("--environment <key>", "where to; made when it is missing", "production")
    .option(
      "--key-attribute <name>",
      "the attribute that is the targeting key here (GrowthBook: id, Unleash: userId)",
    )
    .option("--metric <key>", "primary metric of imported experiments; without it they are carried as splits")
    .option("--dry-run", "say what would be carried and write nothing; needs no running Weir")
    .option("--publish", "publish afterwards, and start the imported experiments")
    .option("--json", "print one JSON object and nothing else to stdout")
    .addHelpText(
      "after",
      "\nWhat cannot be carried is left out and named, with the reason. Importing again updates what changed.\n\nExamples:\n  weir import growthbook payload.json --dry-run\n  weir import unleash features.json --environment staging --publish",
    )
    .action(async (system: SystemName, file: string, options: ImportCommandOptions) => {
      const { importCommand } = await import("./command.ts");
      await importCommand(system, file, options, config);
    });
}
