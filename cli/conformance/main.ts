import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { z } from "zod";
import { CliFailure, exitCodes, sentenceOf } from "../failure.ts";
import { say } from "../options.ts";
import { textTable } from "../text-table.ts";
import { runSuite, type CaseResult } from "./run.ts";
import { seedWeir } from "./seed.ts";
import { Suite } from "./suite.ts";

// `npm run conformance -- ofrep …`: the published cases against any server.

interface Options {
  readonly url: string;
  readonly token: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly seed?: boolean;
  readonly env: string;
}

const mapping = (file: string): Record<string, string> => {
  const read = z.record(z.string(), z.string()).safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (!read.success) throw new InvalidArgumentError("It must hold a JSON object of names and keys.");
  return read.data;
};

const program = new Command("conformance")
  .description("Published cases against a running server (ofrep), or against the methods (statistics).")
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "conformance: ")) })
  .exitOverride();
program
  .command("ofrep")
  .description("Any server of the OpenFeature Remote Evaluation Protocol. Exit code 1 when a case fails.")
  .requiredOption("--url <url>", "where it is, without /ofrep")
  .requiredOption("--token <token>", "what it asks for; with --seed, an admin token of a Weir")
  .option("--flags <file>", "JSON of its own keys for the flags of the suite, as in {\"boolean\": \"my-flag\"}", mapping, {})
  .option("--seed", "put the flags into a Weir first")
  .option("--env <key>", "environment for --seed", "conformance")
  .addHelpText(
    "after",
    "\nThe flags that must be there are in protocols/conformance/ofrep.json, under flags.\n\nExample:\n  npm run conformance -- ofrep --url http://127.0.0.1:8080 --token weir_s… --seed",
  )
  .action(async ({ url, token, flags, seed, env }: Options) => {
    const file = join(import.meta.dirname, "../../protocols/conformance/ofrep.json");
    const suite = Suite.parse(JSON.parse(readFileSync(file, "utf8")));
    const target = { url: url.replace(/\/+$/, ""), token };
    const asked = seed === true ? await seedWeir(suite, target, env) : token;
    const results = await runSuite(suite, { url: target.url, token: asked, flags });
    report(suite, results);
  });

function report(suite: Suite, results: readonly CaseResult[]): void {
  const rows = results.map(({ name, trap, failure }, index) => [
    String(index + 1),
    failure === undefined ? "pass" : "FAIL",
    trap === undefined ? "" : String(trap),
    name,
  ]);
  for (const line of textTable(["#", "", "trap", `OFREP ${suite.specVersion}`], rows, new Set([0, 2]))) say(line);
  const failed = results.filter(({ failure }) => failure !== undefined);
  for (const { name, failure } of failed) say(`\nFAIL ${name}\n  ${failure ?? ""}`);
  say(`\n${results.length - failed.length} of ${results.length} pass`);
  if (failed.length > 0) process.exitCode = exitCodes.failed;
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage;
  else {
    process.stderr.write(`conformance: ${sentenceOf(error)}\n`);
    process.exitCode = error instanceof CliFailure ? error.exitCode : exitCodes.failed;
  }
}
process.exit();
