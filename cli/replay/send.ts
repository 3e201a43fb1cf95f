import type { IngestReceipt } from "../../protocols/event.ts";
import { routes } from "../../protocols/routes.ts";
import type { Api } from "../api.ts";
import type { Clock } from "../clock.ts";
import { CliFailure } from "../failure.ts";
import { eventsOf, type EventRules, type ReplayEvent } from "./events.ts";
import type { ReplayRow } from "./row.ts";

// Brings the rows into the service.
//   S1. A batch is sent with the same ids until it was answered for, whatever dies meanwhile: it counts once.
//   S2. Of each chunk of rows the exposures are in before the outcomes leave.
//   S3. Memory holds `chunksInFlightMax` chunks, not the file.

/** 1,000 events of about 120 bytes: an eighth of the gateway's body limit. */
export const batchMax = 1_000;
/** Two keep a gateway busy while two wait for the log; more only queue there. */
const chunksInFlightMax = 4;
/** A minute's outage and its recovery must not end a replay; an hour's should. */
const batchDeadlineMs = 15 * 60_000;
/** Another gateway may have the plan a moment later than the one that was asked. */
const unknownExperimentMsMax = 60_000;

export interface SendProgress {
  readonly rows: number;
  readonly events: number;
}

export interface SendOptions {
  readonly api: Api;
  readonly environment: string;
  readonly rules: EventRules;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: SendProgress) => void;
}

/** Sends every row; answers how many rows and events went out. */
export async function sendRows(rows: AsyncIterable<ReplayRow>, options: SendOptions): Promise<SendProgress> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const chunks = chunksOf(rows, options.rules);
  let progress: SendProgress = { rows: 0, events: 0 };
  const work = async (): Promise<void> => {
    for (;;) {
      const { value: chunk, done } = await chunks.next(); // an async generator hands out one at a time
      if (done === true || signal.aborted) return;
      await sendAll(routes.exposures.path, chunk.exposures, { ...options, signal });
      await sendAll(routes.outcomes.path, chunk.outcomes, { ...options, signal }); // S2
      const events = chunk.exposures.length + chunk.outcomes.length;
      progress = { rows: progress.rows + chunk.exposures.length, events: progress.events + events };
      options.onProgress(progress);
    }
  };
  const workers = Array.from({ length: chunksInFlightMax }, async () => {
    try {
      await work();
    } catch (error) {
      failed.abort(error); // one batch that cannot be sent ends the others, too
      throw error;
    }
  });
  const outcomes = await Promise.allSettled(workers);
  await chunks.return(undefined);
  options.signal.throwIfAborted();
  if (failed.signal.aborted) throw failed.signal.reason;
  const rejected = outcomes.find((outcome) => outcome.status === "rejected");
  if (rejected !== undefined) throw rejected.reason;
  return progress;
}

interface Chunk {
  readonly exposures: readonly ReplayEvent[];
  readonly outcomes: readonly ReplayEvent[];
}

async function* chunksOf(
  rows: AsyncIterable<ReplayRow>,
  rules: EventRules,
): AsyncGenerator<Chunk, undefined> {
  let exposures: ReplayEvent[] = [];
  let outcomes: ReplayEvent[] = [];
  for await (const row of rows) {
    const events = eventsOf(row, rules);
    exposures.push(events.exposure);
    outcomes.push(...events.outcomes);
    if (exposures.length < batchMax && outcomes.length < batchMax) continue;
    yield { exposures, outcomes };
    exposures = [];
    outcomes = [];
  }
  if (exposures.length > 0) yield { exposures, outcomes };
  return undefined;
}

async function sendAll(path: string, events: readonly ReplayEvent[], options: SendOptions): Promise<void> {
  for (let from = 0; from < events.length; from += batchMax)
    await sendBatch(path, events.slice(from, from + batchMax), options);
}

async function sendBatch(path: string, batch: readonly ReplayEvent[], options: SendOptions): Promise<void> {
  const { api, clock, environment, signal } = options;
  const deadline = clock.now() + unknownExperimentMsMax;
  for (;;) {
    const receipt = await api.call<IngestReceipt>("POST", path, {
      body: { events: batch },
      query: { env: environment },
      signal,
      deadlineMs: batchDeadlineMs, // S1
    });
    if (receipt.rejected === 0) return;
    const [first] = receipt.errors;
    const mayPass =
      receipt.errors.length > 0 && receipt.errors.every(({ code }) => code === "unknown_experiment");
    if (!mayPass || clock.now() > deadline)
      throw new CliFailure(
        "events_rejected",
        `${receipt.rejected} of ${batch.length} events were refused, the first with: ${first?.message ?? "no reason"}`,
      );
    await clock.sleep(250, signal);
    signal.throwIfAborted();
  }
}
