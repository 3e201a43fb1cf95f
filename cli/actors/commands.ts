import { type Command, Option } from "commander";
import { actorStatuses } from "../../protocols/actor-operations.ts";
import type { CliConfig } from "../config.ts";
import { exitCodes } from "../failure.ts";
import { integer, say, withTarget } from "../options.ts";
import { requireTarget, type TargetOptions } from "../target.ts";
import type { ListOptions } from "./list.ts";

// `weir actors …`: what runs where, what one holds, whether its journal still makes the same state.

const address = ["<address>", "KIND/KEY, as in environment/production"] as const;

export function addActors(program: Command, config: CliConfig): void {
  const actors = program
    .command("actors")
    .description("Look at the actors of a running Weir, over all its hosts. Needs an admin token.")
    .addHelpText(
      "after",
      "\nExamples:\n  weir actors ls --kind environment\n  weir actors show organisation/default\n  weir actors replay environment/production",
    );
  addList(actors, config);
  addShow(actors, config);
  addReplay(actors, config);
  addEvict(actors, config);
}

function addList(actors: Command, config: CliConfig): void {
  withTarget(actors.command("ls"), config)
    .description(
      "List the live ones; those asleep are in their journals only. Exit code 1 when a host is silent.",
    )
    .option("--kind <kind>", "of this kind only")
    .addOption(new Option("--status <status>", "in this state only").choices(actorStatuses))
    .option("--prefix <text>", "whose key begins so")
    .option("--host <name>", "of this host only")
    .addOption(new Option("--limit <count>", "at most so many").argParser(integer(1, 100_000)).default(100))
    .option("--json", "print one JSON object")
    .action(async (options: TargetOptions & ListOptions) => {
      const { listActors } = await import("./list.ts");
      const { url: _url, token: _token, dataDir: _dataDir, ...filter } = options;
      const { text, complete } = await listActors(requireTarget(options, config), filter);
      say(text);
      if (!complete) process.exitCode = exitCodes.failed;
    });
}

function addShow(actors: Command, config: CliConfig): void {
  withTarget(actors.command("show"), config)
    .description("Show one: state, newest commits, timers and effects. It is read aside; nobody is woken.")
    .argument(...address)
    .option("--json", "print one JSON object")
    .action(async (actor: string, options: TargetOptions & { json?: boolean }) => {
      const { showActor } = await import("./show.ts");
      say(await showActor(requireTarget(options, config), actor, options.json === true));
    });
}

function addReplay(actors: Command, config: CliConfig): void {
  withTarget(actors.command("replay"), config)
    .description(
      "Make its state again from the first commit, aside, and compare it with what is in memory or in its snapshot. Exit code 1 when they differ.",
    )
    .argument(...address)
    .addOption(
      new Option("--to <sequence>", "apply the journal up to here only").argParser(
        integer(0, Number.MAX_SAFE_INTEGER),
      ),
    )
    .option("--json", "print one JSON object")
    .action(async (actor: string, options: TargetOptions & { to?: number; json?: boolean }) => {
      const { replayActor } = await import("./replay.ts");
      const { text, sound } = await replayActor(requireTarget(options, config), actor, options);
      say(text);
      if (!sound) process.exitCode = exitCodes.failed;
    });
}

function addEvict(actors: Command, config: CliConfig): void {
  withTarget(actors.command("evict"), config)
    .description(
      "Put it to sleep, finished and in order. The next ask wakes it from its journal, also a parked one.",
    )
    .argument(...address)
    .action(async (actor: string, options: TargetOptions) => {
      const { evictActor } = await import("./evict.ts");
      say(await evictActor(requireTarget(options, config), actor));
    });
}
