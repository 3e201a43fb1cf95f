import { type Command, Option } from "commander";
import { letterKinds } from "../../protocols/dead-letters.ts";
import type { CliConfig } from "../config.ts";
import { exitCodes } from "../failure.ts";
import { integer, say, withTarget } from "../options.ts";
import { requireTarget, type TargetOptions } from "../target.ts";
import type { Changed, ChangeOptions } from "./change.ts";
import type { ListOptions } from "./list.ts";

// `weir deadletters …`: what was refused or set aside, why, and what to do with it.

export function addDeadLetters(program: Command, config: CliConfig): void {
  const letters = program
    .command("deadletters")
    .description("Events that were refused, and what actors could not take. Needs an admin token.")
    .addHelpText(
      "after",
      '\nExamples:\n  weir deadletters ls --env production --kind event\n  weir deadletters show 1041-3\n  weir deadletters retry --code unknown_experiment --yes\n  weir deadletters retry 1041-3 --patch \'{"experimentKey":"checkout"}\'',
    );
  addList(letters, config);
  addShow(letters, config);
  addRetry(letters, config);
  addDrop(letters, config);
}

const filtered = (command: Command): Command =>
  command
    .option("--env <key>", "of this environment only")
    .addOption(new Option("--kind <kind>", "of this kind only").choices(letterKinds))
    .option("--code <code>", "set aside for this reason only, as in unknown_experiment")
    .option("--from <name>", "whose sender begins so: a token's prefix, or KIND/KEY of an actor");

const selecting = (command: Command): Command =>
  filtered(command)
    .argument("[ids...]", "letters, as `ls` names them")
    .option("--all", "every letter that can be seen")
    .option("--yes", "do not ask before many are changed")
    .option("--json", "print one JSON object");

function addList(letters: Command, config: CliConfig): void {
  filtered(withTarget(letters.command("ls"), config))
    .description("Count them by reason, and list the newest. They stay for 30 days.")
    .addOption(new Option("--limit <count>", "at most so many").argParser(integer(1, 10_000)).default(50))
    .option("--json", "print one JSON object")
    .action(async (options: TargetOptions & ListOptions) => {
      const { listLetters } = await import("./list.ts");
      say(await listLetters(requireTarget(options, config), options));
    });
}

function addShow(letters: Command, config: CliConfig): void {
  withTarget(letters.command("show"), config)
    .description("Show one: reason, sender, and what it was. Raw keys were never kept.")
    .argument("<id>", "as `ls` names it")
    .option("--json", "print one JSON object")
    .action(async (id: string, options: TargetOptions & { json?: boolean }) => {
      const { showLetter } = await import("./show.ts");
      say(await showLetter(requireTarget(options, config), id, options.json === true));
    });
}

function addRetry(letters: Command, config: CliConfig): void {
  selecting(withTarget(letters.command("retry"), config))
    .description(
      "Send events through the door again under their ids, so that none counts twice, and tell actors again. What fails again stays; then the exit code is 1.",
    )
    .option("--patch <json>", "lay these members over each event first; null takes one out")
    .action(async (ids: string[], options: TargetOptions & ChangeOptions) => {
      const { retryLetters } = await import("./change.ts");
      show(await retryLetters(requireTarget(options, config), ids, options));
    });
}

function addDrop(letters: Command, config: CliConfig): void {
  selecting(withTarget(letters.command("drop"), config))
    .description("Forget them, for good. Exit code 1 when some of the ids were not there.")
    .action(async (ids: string[], options: TargetOptions & ChangeOptions) => {
      const { dropLetters } = await import("./change.ts");
      show(await dropLetters(requireTarget(options, config), ids, options));
    });
}

function show({ text, whole }: Changed): void {
  say(text);
  if (!whole) process.exitCode = exitCodes.failed;
}
