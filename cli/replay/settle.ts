import type { PipelinePosition } from "../../protocols/pipeline.ts";
import type { ExperimentResult } from "../../protocols/results.ts";
import { routes } from "../../protocols/routes.ts";
import type { Api } from "../api.ts";
import type { Clock } from "../clock.ts";
import { CliFailure } from "../failure.ts";
import { maxRelativeDifference } from "./agreement.ts";
import { fill } from "./scratch.ts";

/** Without any progress for this long something is stuck; a restart of every part takes less. */
const stalledMsMax = 300_000;
const pollMs = 250;
/** Results follow the sums within a second; this is patience for a machine that is busy. */
const resultsMsMax = 20_000;
/** What the two paths must agree to. */
export const agreementMax = 1e-9;

/** Waits until every event is in the rolling sums and in the warehouse. */
export async function waitLevel(
  api: Api,
  environment: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const path = fill(routes.pipeline.path, { key: environment });
  let seen = "";
  let movedAt = clock.now();
  for (;;) {
    const position = await api.call<PipelinePosition>("GET", path, { signal, deadlineMs: stalledMsMax });
    if (position.level) return;
    const now = clock.now();
    const state = JSON.stringify(position);
    if (state !== seen) movedAt = now;
    seen = state;
    if (now - movedAt > stalledMsMax)
      throw new CliFailure(
        "stalled",
        `the events are in, but nothing has been counted for ${stalledMsMax / 60_000} minutes`,
      );
    await clock.sleep(pollMs, signal);
    signal.throwIfAborted();
  }
}

export interface BothResults {
  readonly streaming: ExperimentResult;
  readonly warehouse: ExperimentResult;
}

/** The result of both paths; asked again while they still differ, for a bounded time. */
export async function fetchResults(
  api: Api,
  target: { readonly environment: string; readonly experiment: string },
  clock: Clock,
  signal: AbortSignal,
): Promise<BothResults> {
  const path = fill(routes.results.path, { key: target.experiment });
  const read = (source: "streaming" | "warehouse"): Promise<ExperimentResult> =>
    api.call<ExperimentResult>("GET", path, { query: { env: target.environment, source }, signal });
  const deadline = clock.now() + resultsMsMax;
  for (;;) {
    const [streaming, warehouse] = await Promise.all([read("streaming"), read("warehouse")]);
    const results = { streaming, warehouse };
    if (maxRelativeDifference(results) <= agreementMax || clock.now() > deadline) return results;
    await clock.sleep(pollMs, signal);
    signal.throwIfAborted();
  }
}
