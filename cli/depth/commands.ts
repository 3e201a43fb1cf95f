import type { Command } from "commander";
import { routes, type Route } from "../../protocols/routes.ts";
import type { CliConfig } from "../config.ts";
import { interruptible } from "../interruptible.ts";
import { say, withTarget } from "../options.ts";
import { requireTarget, type TargetOptions } from "../target.ts";
import type { DepthOptions } from "./ask.ts";

// `weir interactions`, `weir triggered` and `weir holdout`: what only single values tell beside the effect itself.

const progress = (line: string): void => void process.stderr.write(`${line}\n`);

function addQuestion(
  command: Command,
  config: CliConfig,
  { route, subject, example }: { readonly route: Route; readonly subject: string; readonly example: string },
): Command {
  return withTarget(command, config)
    .argument(`<${subject}>`, "its key")
    .option("--env <key>", "the environment (default: the token's own)")
    .option("--json", "print one JSON object and nothing else to stdout")
    .addHelpText("after", `\nExample:\n  ${example}`)
    .action(async (key: string, options: TargetOptions & DepthOptions) => {
      const { askDepth } = await import("./ask.ts");
      const { depthText } = await import("./text.ts");
      const target = requireTarget(options, config);
      await interruptible(async (signal) => {
        const answer = await askDepth(target, route, key, options, { signal, progress });
        say(options.json === true ? JSON.stringify(answer) : depthText(answer));
      });
    });
}

export function addDepth(program: Command, config: CliConfig): void {
  addQuestion(program.command("interactions"), config, {
    route: routes.interactions,
    subject: "experiment",
    example: "weir interactions checkout --env production",
  })
    .description("Say whether other experiments of the same time change an experiment's effect.")
    .option("--metric <key>", "one of its metrics (default: the primary one)");
  addQuestion(program.command("triggered"), config, {
    route: routes.triggered,
    subject: "experiment",
    example: "weir triggered checkout --env production --metric revenue",
  })
    .description("Say an experiment's effect among the units that met the change, and what it is to all.")
    .option("--metric <key>", "one of its metrics (default: the primary one)");
  addQuestion(program.command("holdout"), config, {
    route: routes.holdoutEffect,
    subject: "holdout",
    example: "weir holdout everything --env production --metric revenue",
  })
    .description("Say what all launches did together, by the units that a holdout kept from them.")
    .requiredOption("--metric <key>", "a metric of the environment")
    .option("--unit <type>", "where its experiments deal to several kinds of units");
}
