import { Worker } from "node:worker_threads";
import type { Assignment } from "./simulation-worker.ts";
import type { ScheduleSummary } from "./totals.ts";

/** Seeds handed out at once: a tenth of a second's work. */
const seedsAtOnce = 4;

/** Runs many schedules in threads, and tells of each as it ends. `stop` says that it was enough. */
export async function runMany(
  {
    seed,
    count,
    steps,
    jobs,
  }: {
    readonly seed: number;
    readonly count: number;
    readonly steps: number;
    readonly jobs: number;
  },
  done: (summary: ScheduleSummary) => "go_on" | "stop",
): Promise<void> {
  const end = seed + count;
  let next = seed;
  let stopped = false;

  const lane = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL("./simulation-worker.ts", import.meta.url));
      let left = 0;
      const assign = (): void => {
        if (stopped || next >= end) return void worker.terminate().then(() => resolve(), reject);
        const from = next;
        next = Math.min(end, next + seedsAtOnce);
        left = next - from;
        const assignment: Assignment = {
          seeds: Array.from({ length: left }, (_, index) => from + index),
          steps,
        };
        worker.postMessage(assignment);
      };
      worker.on("message", (summary: ScheduleSummary) => {
        if (!stopped && done(summary) === "stop") stopped = true;
        left--;
        if (left === 0 || stopped) assign();
      });
      worker.on("error", reject);
      assign();
    });

  await Promise.all(Array.from({ length: Math.min(jobs, Math.ceil(count / seedsAtOnce)) }, lane));
}
