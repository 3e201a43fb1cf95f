// A thread that runs schedules: it is sent seeds, and answers with what came of each.
import { parentPort } from "node:worker_threads";
import { runSchedule } from "./schedule.ts";

/** Every abort makes an error; nobody reads where. */
Error.stackTraceLimit = 0;

export interface Assignment {
  readonly seeds: readonly number[];
  readonly steps: number;
}

parentPort?.on("message", async ({ seeds, steps }: Assignment) => {
  for (const seed of seeds) {
    const { lines: _lines, ...summary } = await runSchedule(seed, { steps, tracing: false });
    parentPort?.postMessage(summary);
  }
});
