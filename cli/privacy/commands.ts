import type { Command } from "commander";
import type { CliConfig } from "../config.ts";
import { exitCodes } from "../failure.ts";
import { interruptible } from "../interruptible.ts";
import { say, withTarget } from "../options.ts";
import { requireTarget, type TargetOptions } from "../target.ts";
import type { DeleteOptions } from "./delete.ts";
import type { StatusOptions } from "./status.ts";

// `weir privacy …`: forgetting people, with proof.

const collect = (value: string, all: readonly string[] = []): string[] => [...all, value];

export function addPrivacy(program: Command, config: CliConfig): void {
  const privacy = program
    .command("privacy")
    .description("Forget people in every store, and see the proof. Needs an admin token.")
    .addHelpText(
      "after",
      "\nExamples:\n  weir privacy delete --env production --unit ada@example.org --wait\n  weir privacy delete --env production --file people.txt --reason 'ticket 1041'\n  weir privacy status --env production 5f0c2a9e1b7d4c36",
    );
  withTarget(privacy.command("delete"), config)
    .description(
      "Forget units, and all that are linked to them: rolling sums, snapshots, ClickHouse, buckets, kept assignments, letters. Their later events are turned away, for good.",
    )
    .requiredOption("--env <key>", "the environment")
    .option("--unit <key>", "a raw key; repeatable", collect)
    .option("--unit-id <id>", "a pseudonym; repeatable", collect)
    .option(
      "--file <file>",
      "raw keys, one a line; - for standard input, which leaves no trace in a shell's history",
    )
    .option("--type <type>", "what kind of unit the raw keys are (default: user)")
    .option("--reason <text>", "kept with the receipt: a ticket's number, not a name")
    .option("--wait", "until every store has forgotten them; exit code 1 when that takes over 15 minutes")
    .option("--json", "print the receipt as JSON")
    .action(async (options: TargetOptions & DeleteOptions) => {
      const { deleteUnits } = await import("./delete.ts");
      await interruptible(async (signal) => {
        const { text, isDone } = await deleteUnits(requireTarget(options, config), options, { signal });
        say(text);
        if (options.wait === true && !isDone) process.exitCode = exitCodes.failed;
      });
    });
  withTarget(privacy.command("status"), config)
    .description(
      "Show a deletion store by store, or all of an environment. Exit code 1 while one is pending.",
    )
    .argument("[id]", "as the receipt names it")
    .requiredOption("--env <key>", "the environment")
    .option("--json", "print JSON")
    .action(async (id: string | undefined, options: TargetOptions & StatusOptions) => {
      const { deletionStatus } = await import("./status.ts");
      const { text, isDone } = await deletionStatus(requireTarget(options, config), id, options);
      say(text);
      if (!isDone) process.exitCode = exitCodes.failed;
    });
}
