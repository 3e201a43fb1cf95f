import type { PublishedExperiment } from "../../protocols/experiment.ts";

export interface Progress {
  readonly text: string;
  /** 0–1; absent without an end to measure against. */
  readonly fraction?: number;
}

const day = 86_400_000;

/** How far an experiment is through its dates. */
export function progressOf({ status, startedAt, stopAt }: PublishedExperiment, now: number): Progress {
  if (startedAt === undefined || status === "draft") return { text: "Not started" };
  if (status === "completed" || status === "archived") return { text: "Finished" };
  const daysRun = Math.floor((now - startedAt) / day) + 1;
  if (stopAt === undefined || stopAt <= startedAt) return { text: `Day ${daysRun}` };
  const days = Math.max(1, Math.ceil((stopAt - startedAt) / day));
  const fraction = Math.min(1, Math.max(0, (now - startedAt) / (stopAt - startedAt)));
  return { text: now > stopAt ? `Past its ${days} days` : `Day ${daysRun} of ${days}`, fraction };
}
