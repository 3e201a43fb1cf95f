import type { Command } from "commander";
import type { CliConfig } from "../config.ts";
import { say, withTarget } from "../options.ts";
import { requireTarget, type TargetOptions } from "../target.ts";
import type { ApplyAsked, EnvironmentAsked, Output } from "./run.ts";

const filesWords = "YAML or JSON files, directories with all below them, or - for what is piped in";
const environmentWords = "the environment (default: the token's own)";
const jsonWords = "print one JSON value and nothing else to stdout";

export function addMetrics(program: Command, config: CliConfig): void {
  const metrics = program
    .command("metrics")
    .description("Metrics as code: files, their tests, and what uses them.");
  metrics
    .command("validate")
    .description(
      "Say everything that is wrong with metric files, with line and column; exit code 0 when nothing is.",
    )
    .argument("<files...>", filesWords)
    .option("--json", jsonWords)
    .addHelpText("after", "\nExample:\n  weir metrics validate metrics/")
    .action(async (files: string[], options: { json?: boolean }) => {
      const { validateCommand } = await import("./run.ts");
      print(await validateCommand(files, options));
    });
  metrics
    .command("test")
    .description("Count the tests' events as production would, and compare with what the tests expect.")
    .argument("<files...>", filesWords)
    .option("--json", jsonWords)
    .addHelpText("after", "\nExample:\n  weir metrics test metrics/")
    .action(async (files: string[], options: { json?: boolean }) => {
      const [{ testCommand }, { trial }] = await Promise.all([
        import("./run.ts"),
        import("../../actors/experiment/trial.ts"),
      ]);
      print(await testCommand(files, options, trial));
    });
  metrics
    .command("schema")
    .description("Print the JSON Schema of metric files, for editors.")
    .action(async () => {
      const { schemaCommand } = await import("./run.ts");
      print(schemaCommand());
    });
  addLineage(metrics, config);
  addDiff(metrics, config);
  addApply(metrics, config);
}

function addLineage(metrics: Command, config: CliConfig): void {
  withTarget(metrics.command("lineage"), config)
    .description("Say what metrics are made of and who uses them, or what breaks when an event stops.")
    .option("--metric <key>", "of this metric (default: of all)")
    .option("--event <name>", "of this event")
    .option("--files <paths...>", "of the metrics in these files, instead of a running Weir's")
    .option("--env, --environment <key>", environmentWords)
    .option("--json", jsonWords)
    .addHelpText(
      "after",
      "\nExamples:\n  weir metrics lineage --env production --event purchase\n  weir metrics lineage --files metrics/",
    )
    .action(
      async (
        options: TargetOptions & EnvironmentAsked & { metric?: string; event?: string; files?: string[] },
      ) => {
        const { lineageCommand } = await import("./run.ts");
        print(await lineageCommand(options, () => requireTarget(options, config)));
      },
    );
}

function addDiff(metrics: Command, config: CliConfig): void {
  withTarget(metrics.command("diff"), config)
    .description(
      "Say what differs between two sets of metrics, whether results change, and in which experiments.",
    )
    .argument("<before>", "a file or directory; alone: what an environment has is compared with it")
    .argument("[after]", "a file or directory")
    .option("--env, --environment <key>", environmentWords)
    .option("--json", jsonWords)
    .addHelpText(
      "after",
      "\nExamples:\n  weir metrics diff old/ new/\n  weir metrics diff metrics/ --env production",
    )
    .action(async (before: string, after: string | undefined, options: TargetOptions & EnvironmentAsked) => {
      const { diffCommand } = await import("./run.ts");
      print(await diffCommand([before, after], options, () => requireTarget(options, config)));
    });
}

function addApply(metrics: Command, config: CliConfig): void {
  withTarget(metrics.command("apply"), config)
    .description(
      "Make an environment's metrics what the files say. Metrics that they do not name stay; live experiments keep the definitions they started with.",
    )
    .argument("<files...>", filesWords)
    .option("--env, --environment <key>", environmentWords)
    .option("--dry-run", "show what would change, and change nothing")
    .option("--publish", "publish the environment afterwards")
    .option("--json", jsonWords)
    .addHelpText("after", "\nExample:\n  weir metrics apply metrics/ --env production --publish")
    .action(async (files: string[], options: TargetOptions & ApplyAsked) => {
      const { applyCommand } = await import("./run.ts");
      print(await applyCommand(files, options, requireTarget(options, config)));
    });
}

function print({ text, exitCode }: Output): void {
  say(text);
  if (exitCode !== 0) process.exitCode = exitCode;
}
