import { Command, InvalidArgumentError, Option } from "commander";
import { scopes } from "../protocols/directory.ts";
import type { TokenInput } from "../protocols/organisation-messages.ts";
import { addBackfill } from "./backfill/commands.ts";
import type { CliConfig } from "./config.ts";
import { addDeadLetters } from "./deadletters/commands.ts";
import { addDepth } from "./depth/commands.ts";
import type { ExplainOptions } from "./explain/command.ts";
import { addActors } from "./actors/commands.ts";
import { exitCodes } from "./failure.ts";
import { addHistory } from "./history/commands.ts";
import { addImport } from "./import/commands.ts";
import { addMetrics } from "./metrics/commands.ts";
import { integer, say, withTarget } from "./options.ts";
import { defaultDataDir } from "./paths.ts";
import { addCalibrate, addPower } from "./planning/commands.ts";
import { addPrivacy } from "./privacy/commands.ts";
import { addRebuild } from "./rebuild/commands.ts";
import { addReport } from "./report/commands.ts";
import { addSegments } from "./segments/commands.ts";
import { findTarget, requireTarget, type TargetOptions } from "./target.ts";

// The words of the command line. What a command does is loaded when it runs, so that --help is quick.

const positive = (text: string): number => {
  const value = Number(text);
  if (!(Number.isFinite(value) && value > 0)) throw new InvalidArgumentError("It must be a number above 0.");
  return value;
};

const collect = (value: string, all: readonly string[]): string[] => [...all, value];

/** The command line, ready to parse. */
export function weirProgram(config: CliConfig): Command {
  const program = new Command("weir")
    .description("Feature flags and online experiments on one event log.")
    .option("--verbose", "show where an error came from")
    .showHelpAfterError("(weir --help, or weir COMMAND --help, tells more)")
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "weir: ")) })
    .exitOverride();
  const commands = [addUp, addDemo, addReplay, addStatus, addToken, addExplain, addHistory, addSegments];
  for (const add of [
    ...commands,
    addMetrics,
    addBackfill,
    addRebuild,
    addReport,
    addDepth,
    addPower,
    addCalibrate,
    addActors,
    addDeadLetters,
    addPrivacy,
    addImport,
  ])
    add(program, config);
  return program;
}

function addUp(program: Command, config: CliConfig): void {
  program
    .command("up")
    .description(
      "Run a whole Weir on this machine: message server, actors, analytics and gateway, supervised.",
    )
    .addOption(
      new Option("--port <port>", "port of the gateway and console; 0 takes a free one")
        .argParser(integer(0, 65_535))
        .default(config.port ?? 8080),
    )
    .option("--host <address>", "address to listen on", config.host ?? "127.0.0.1")
    .addOption(
      new Option(
        "--metrics-port <port>",
        "where Prometheus scrapes the actors, and one above it analytics; the gateway's are on its own port",
      )
        .argParser(integer(1, 65_534))
        .default(config.metricsPort, "none is opened"),
    )
    .option("--data-dir <dir>", "where everything is kept", config.dataDir ?? defaultDataDir)
    .addOption(
      new Option("--log-level <level>", "how much the parts write to their logs")
        .choices(["debug", "info", "warn", "error"])
        .default(config.logLevel ?? "info"),
    )
    .option("--demo", "with simulated users in an environment 'demo'")
    .option("--no-demo", "without them (the default)")
    .addHelpText("after", "\nExamples:\n  weir up --demo\n  weir up --port 9000 --data-dir /var/lib/weir")
    .action(async (options: UpArguments) => {
      const { up } = await import("./up/up.ts");
      await up({ ...options, demo: options.demo === true }, config, say);
    });
}

function addDemo(program: Command, config: CliConfig): void {
  withTarget(program.command("demo"), config)
    .description(
      "Send simulated users with a known effect to the environment 'demo', which is made when it is missing.",
    )
    .addOption(new Option("--rate <users>", "visitors a second").argParser(positive).default(50))
    .addOption(
      new Option("--seed <number>", "the same seed gives the same visitors")
        .argParser(integer(0, 2 ** 32 - 1))
        .default(1),
    )
    .addHelpText("after", "\nExample:\n  weir demo --rate 200 --seed 7")
    .action(async (options: TargetOptions & { rate: number; seed: number }) => {
      const { demo } = await import("./demo/demo.ts");
      await demo({ ...requireTarget(options, config), rate: options.rate, seed: options.seed }, say);
    });
}

function addReplay(program: Command, config: CliConfig): void {
  withTarget(program.command("replay"), config)
    .description("Send a finished experiment's table through Weir and print what it says of it.")
    .argument("<file>", "CSV file with a header: one row a unit")
    .requiredOption("--unit <column>", "column with the unit's key; @row numbers the rows")
    .requiredOption("--variant <column>", "column with the variant")
    .requiredOption("--control <value>", "the variant the others are compared with")
    .option(
      "--metric <name:type=column>",
      "binary, count, sum, mean, or ratio=NUMERATOR/DENOMINATOR; repeatable",
      collect,
      [],
    )
    .option("--time <column>", "column with the time: ISO 8601, or epoch seconds or milliseconds")
    .option("--weights <list>", "intended shares out of 10000 (default: equal), as in A=9000,B=1000")
    .option("--strict", "send nothing when one row is malformed")
    .option("--json", "print one JSON object and nothing else to stdout")
    .option("--keep", "keep the scratch environment")
    .option("--report <file>", "write the report at the end: a page, or by its name .md or .json")
    .addHelpText(
      "after",
      "\nExample:\n  weir replay campaign.csv --unit @row --variant segment --control 'No E-Mail' \\\n    --metric visit:binary=visit --metric spend:sum=spend",
    )
    .action(async (file: string, options: ReplayArguments) => {
      const { replayCommand } = await import("./replay/command.ts");
      const { metric, ...rest } = options;
      await replayCommand({ ...rest, file, metrics: metric }, config);
    });
}

function addStatus(program: Command, config: CliConfig): void {
  withTarget(program.command("status"), config)
    .description("Say whether every part works; exit code 0 when it does.")
    .action(async (options: TargetOptions) => {
      const { status } = await import("./status.ts");
      // The probe is public, so no token is asked for.
      const target = findTarget({ token: "none", ...options }, config) ?? requireTarget(options, config);
      if (!(await status(target.url, say))) process.exitCode = exitCodes.failed;
    });
}

function addToken(program: Command, config: CliConfig): void {
  withTarget(program.command("token").description("Access tokens.").command("create"), config)
    .description("Make an access token and print it. It is shown this once.")
    .requiredOption("--name <name>", "what it is for")
    .addOption(
      new Option("--scope <scope...>", "what it may do; repeatable").choices(scopes).makeOptionMandatory(),
    )
    .addOption(
      new Option("--kind <kind>", "browser tokens are public and may only evaluate and ingest")
        .choices(["server", "browser"])
        .default("server"),
    )
    .option("--env <key>", "the only environment it is good for")
    .option("--expires <time>", "until when, as in 2027-01-31T00:00:00Z")
    .addHelpText(
      "after",
      "\nExample:\n  weir token create --name shop --env production --scope flags:evaluate --scope ingestion:write",
    )
    .action(async (options: TokenArguments) => {
      const { createToken } = await import("./token.ts");
      const { name, kind, scope, env, expires } = options;
      const input = {
        name,
        kind,
        scopes: scope,
        ...(env === undefined ? {} : { environment: env as NonNullable<TokenInput["environment"]> }),
        ...(expires === undefined ? {} : { expiresAt: expires }),
      };
      say(await createToken(requireTarget(options, config), input));
    });
}

function addExplain(program: Command, config: CliConfig): void {
  withTarget(program.command("explain"), config)
    .description("Say what a flag gives somebody, and why: every rule and condition that was tried.")
    .requiredOption("--flag <key>", "the flag")
    .requiredOption("--env <key>", "the environment")
    .option("--context <json>", "what is known of the asker, as a JSON object or @FILE", "{}")
    .option("--unit-key <key>", "who asks; stands in the context as targetingKey")
    .addOption(
      new Option("--version <number>", "by this version of the environment").argParser(
        integer(1, Number.MAX_SAFE_INTEGER),
      ),
    )
    .addOption(
      new Option("--at <time>", "by the version of that time, as in 2027-01-31T00:00:00Z").conflicts(
        "version",
      ),
    )
    .option("--json", "print the decision with its trace as JSON")
    .addHelpText(
      "after",
      '\nExample:\n  weir explain --env production --flag banner --unit-key ada --context \'{"country":"NL"}\'',
    )
    .action(async (options: TargetOptions & ExplainOptions) => {
      const { explainCommand } = await import("./explain/command.ts");
      say(await explainCommand(requireTarget(options, config), options));
    });
}

interface UpArguments {
  readonly port: number;
  readonly host: string;
  readonly metricsPort?: number;
  readonly dataDir: string;
  readonly logLevel: string;
  readonly demo?: boolean;
}

interface ReplayArguments extends TargetOptions {
  readonly unit: string;
  readonly variant: string;
  readonly control: string;
  readonly metric: readonly string[];
  readonly time?: string;
  readonly weights?: string;
  readonly strict?: boolean;
  readonly json?: boolean;
  readonly keep?: boolean;
  readonly report?: string;
}

interface TokenArguments extends TargetOptions {
  readonly name: string;
  readonly kind: TokenInput["kind"];
  readonly scope: TokenInput["scopes"];
  readonly env?: string;
  readonly expires?: string;
}
