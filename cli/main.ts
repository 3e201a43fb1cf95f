import { CommanderError } from "commander";
import { cliConfig } from "./config.ts";
import { CliFailure, exitCodes, sentenceOf } from "./failure.ts";
import { weirProgram } from "./program.ts";

// `weir …`: runs a command; a failure is one sentence, unless --verbose was given, and an exit code.

try {
  await weirProgram(cliConfig()).parseAsync();
} catch (error) {
  report(error);
}
// Everything of ours is closed by now; an idle connection of the HTTP client may not be, and would be waited for.
process.exit();

function report(error: unknown): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage; // it has written its own sentence
    return;
  }
  process.stderr.write(`weir: ${sentenceOf(error)}\n`);
  if (process.argv.includes("--verbose")) console.error(error);
  process.exitCode = error instanceof CliFailure ? error.exitCode : exitCodes.failed;
}
