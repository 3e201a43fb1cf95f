import { systemClock } from "../clock.ts";
import type { CliConfig } from "../config.ts";
import { CliFailure } from "../failure.ts";
import { interruptible } from "../interruptible.ts";
import { findTarget, type TargetOptions } from "../target.ts";
import { startPrivateWeir } from "./private-weir.ts";
import { terminalProgress } from "./progress.ts";
import { malformedText, prepareReplay, type ReplayOptions, runReplay } from "./replay.ts";
import { tableOf } from "./table.ts";

export interface ReplayCommandOptions extends ReplayOptions, TargetOptions {
  readonly json?: boolean;
}

/** `weir replay`: checks the file, finds or starts a Weir, sends, and prints the answer. */
export async function replayCommand(options: ReplayCommandOptions, config: CliConfig): Promise<void> {
  const progress = terminalProgress(process.stderr, systemClock);
  await interruptible(async (signal) => {
    const prepared = await prepareReplay(options, systemClock.now());
    const { malformed, total } = prepared.scan;
    if (malformed > 0)
      progress.step(
        `${malformed} of ${total} rows are malformed and left out:\n${malformedText(prepared.scan)}`,
      );
    const running = findTarget(options, config);
    if (running === undefined) progress.step("No Weir runs here; starting a private one");
    const own = running === undefined ? await startPrivateWeir({ signal }) : undefined;
    try {
      const target = running ?? own;
      if (target === undefined) throw new CliFailure("not_running", "no Weir to send to");
      const outcome = await runReplay(options, prepared, target, { progress, signal });
      const text = [tableOf(outcome.report), outcome.scorecard].filter((part) => part !== undefined);
      process.stdout.write(`${options.json === true ? JSON.stringify(outcome.report) : text.join("\n\n")}\n`);
      if (options.keep === true && own === undefined)
        progress.step(`Kept as environment ${outcome.environment}`);
    } finally {
      await own?.stop();
    }
  });
}
