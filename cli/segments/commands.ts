import { Option, type Command } from "commander";
import { defaultUnitType } from "../../protocols/ids.ts";
import { unitLists } from "../../protocols/segment-units.ts";
import type { CliConfig } from "../config.ts";
import { say, withTarget } from "../options.ts";
import { requireTarget } from "../target.ts";
import type { UploadArguments } from "./command.ts";

export function addSegments(program: Command, config: CliConfig): void {
  const segments = program.command("segments").description("Unit lists of segments.");
  withTarget(segments.command("upload"), config)
    .description(
      "Put a file of keys into a segment's list, a million of them and more. Keys become pseudonyms here: they leave this machine only as those. An upload that was interrupted goes on where it ended.",
    )
    .argument("<file>", "one key a line, or a CSV file with a header and --column")
    .requiredOption("--segment <key>", "the segment; made when it is missing")
    .option("--env <key>", "the environment (default: the token's own)")
    .addOption(new Option("--list <list>", "which of its lists").choices(unitLists).default("included"))
    .option("--column <name>", "the column of a CSV file that holds the keys")
    .option("--unit-type <type>", "kind of unit that the keys name", defaultUnitType)
    .option("--unit-ids", "the file holds unit ids already, not keys")
    .option("--publish", "publish the environment afterwards")
    .option("--json", "print one JSON object and nothing else to stdout")
    .addHelpText(
      "after",
      "\nExamples:\n  weir segments upload beta.txt --segment beta --env production\n  weir segments upload customers.csv --column email --segment vip --env production --publish",
    )
    .action(async (file: string, options: UploadArguments) => {
      const { uploadCommand } = await import("./command.ts");
      say(await uploadCommand(requireTarget(options, config), file, options));
    });
}
