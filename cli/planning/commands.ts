import { type Command, InvalidArgumentError, Option } from "commander";
import { spendings, corrections } from "../../protocols/analysis-plan.ts";
import { splitsMax } from "../../protocols/calibration.ts";
import { historyDaysMax } from "../../protocols/history.ts";
import { shapes, simulationReplicatesMax } from "../../protocols/power.ts";
import type { CliConfig } from "../config.ts";
import { exitCodes } from "../failure.ts";
import { interruptible } from "../interruptible.ts";
import { integer, say, withTarget } from "../options.ts";
import { requireTarget, type TargetOptions } from "../target.ts";
import type { CalibrateOptions } from "./calibrate.ts";
import type { PowerOptions } from "./power.ts";

// `weir power` and `weir calibrate`: before an experiment, and whether to believe it.

const seedMax = 2 ** 32 - 1;
const environmentWords = "the environment (default: the token's own)";
const progress = (line: string): void => void process.stderr.write(`${line}\n`);
const collect = (value: string, all: readonly string[] | undefined): string[] => [...(all ?? []), value];

const fraction = (text: string): number => {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError("It must be a number between 0 and 1.");
  return value;
};
const number = (text: string): number => {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("It must be a number.");
  return value;
};

export function addPower(program: Command, config: CliConfig): void {
  withTarget(program.command("power"), config)
    .description(
      "How many units an experiment needs, for how long, and what it can find: from a baseline, or from the environment's own past.",
    )
    .option("--baseline <rate|mean>", "a rate between 0 and 1; with --sd the mean of any metric", number)
    .option("--sd <number>", "standard deviation of a unit's value", number)
    .option("--metric <key...>", "metrics of the environment, with its own past as their baseline")
    .option("--effect <change>", "smallest change worth finding: 5% is relative, 0.005 absolute")
    .option("--margin <change>", "non-inferiority: the largest harm that is accepted")
    .option("--decrease", "less is better")
    .option("--alpha <number>", "two-sided", fraction, 0.05)
    .option("--power <number>", "chance to find the change", fraction, 0.8)
    .option("--weights <list>", "of the variants, the control first, as in 5000,2500,2500", "5000,5000")
    .addOption(
      new Option("--correction <name>", "over metrics and variants").choices(corrections).default("holm"),
    )
    .addOption(
      new Option("--monitoring <kind>", "how it may be looked at")
        .choices(["fixed", "group_sequential", "always_valid"])
        .default("always_valid"),
    )
    .addOption(
      new Option("--looks <number>", "planned ones, or how often an always-valid one is looked at").argParser(
        integer(1, 50),
      ),
    )
    .addOption(new Option("--spending <name>", "of planned looks").choices(spendings))
    .addOption(
      new Option("--tuned-for <units>", "where an always-valid interval is narrowest").argParser(
        integer(100, 1e9),
      ),
    )
    .option("--rho <number>", "correlation with a covariate (CUPED)", number)
    .option("--no-cuped", "without the covariates of the metrics")
    .option("--traffic <units>", "new units a day", number)
    .addOption(
      new Option("--units <number>", "what so many units in all can find").argParser(integer(2, 1e12)),
    )
    .addOption(new Option("--days <number>", "how far the curve goes").argParser(integer(1, 365)).default(56))
    .addOption(
      new Option("--lookback <days>", "of the past that --metric reads")
        .argParser(integer(1, historyDaysMax))
        .default(28),
    )
    .option("--experiment <key>", "units exposed to this experiment only")
    .option("--flag <key>", "units exposed to this flag only")
    .addOption(
      new Option("--simulate <replicates>", "run the planned experiment so often").argParser(
        integer(100, simulationReplicatesMax),
      ),
    )
    .addOption(new Option("--shape <name>", "of simulated values").choices(shapes))
    .addOption(
      new Option("--seed <number>", "the same seed gives the same simulation")
        .argParser(integer(0, seedMax))
        .default(1),
    )
    .option("--env, --environment <key>", environmentWords)
    .option("--json", "print one JSON object and nothing else to stdout")
    .addHelpText(
      "after",
      "\nExamples:\n  weir power --baseline 0.1 --effect 5% --traffic 20000\n  weir power --baseline 42 --sd 80 --effect 2% --rho 0.6 --monitoring group_sequential --looks 5\n  weir power --env production --metric revenue --effect 2% --simulate 1000\n  weir power --baseline 0.3 --margin 2% --monitoring fixed",
    )
    .action(async (options: TargetOptions & PowerOptions) => {
      const { powerCommand } = await import("./power.ts");
      await interruptible(async (signal) => {
        say(await powerCommand(options, requireTarget(options, config), { signal, progress }));
      });
    });
}

export function addCalibrate(program: Command, config: CliConfig): void {
  withTarget(program.command("calibrate"), config)
    .description(
      "Split the environment's own past at random again and again, and say how often each method finds a difference that is not there.",
    )
    .option("--metric <key>", "a metric; repeatable (default: all)", collect)
    .addOption(new Option("--days <number>", "of the past").argParser(integer(1, historyDaysMax)).default(28))
    .addOption(new Option("--splits <number>", "how many").argParser(integer(100, splitsMax)).default(1_000))
    .addOption(
      new Option("--seed <number>", "the same seed gives the same splits")
        .argParser(integer(0, seedMax))
        .default(1),
    )
    .option("--alpha <number>", "of the methods", fraction, 0.05)
    .option("--experiment <key>", "units exposed to this experiment only")
    .option("--variant <key>", "units of this variant only: an experiment with an effect is no A/A test")
    .option("--flag <key>", "units exposed to this flag only")
    .option("--until <time>", "end of the past, as in 2027-01-31T00:00:00Z (default: now)")
    .option("--env, --environment <key>", environmentWords)
    .option("--no-fail", "exit code 0 also when a method errs more often than it promises")
    .option("--json", "print one JSON object and nothing else to stdout")
    .addHelpText(
      "after",
      "\nExit code 1 when a method rejects more often than it promises, beyond chance.\n\nExamples:\n  weir calibrate --env production\n  weir calibrate --env production --metric revenue --days 14 --splits 5000 --seed 7",
    )
    .action(async (options: TargetOptions & CalibrateOptions) => {
      const { calibrateCommand } = await import("./calibrate.ts");
      await interruptible(async (signal) => {
        const { text, off } = await calibrateCommand(options, requireTarget(options, config), {
          signal,
          progress,
        });
        say(text);
        if (off && options.fail) process.exitCode = exitCodes.failed;
      });
    });
}
