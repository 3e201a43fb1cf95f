import { eventTypes } from "../../protocols/event.ts";
import type { Telemetry } from "../../runtime/index.ts";
import type { BatchReport } from "./batcher.ts";
import { noneOfAny, type Tally } from "./tally.ts";

/** What became of events: plain numbers, which the telemetry reads when somebody scrapes. */
export class IngestCounts {
  readonly accepted = noneOfAny();
  readonly rejected = new Map<string, number>();
  /** Whole requests that were turned away at the door, by code. */
  readonly refused = new Map<string, number>();
  duplicate = 0;
  optedOut = 0;
  late = 0;
  shed = 0;
  deadDropped = 0;
  /** Set by the exporter: a batch is rare enough to be told at once. */
  onBatch: ((report: BatchReport) => void) | undefined;

  taken(tally: Tally): void {
    for (const type of eventTypes) this.accepted[type] += tally.accepted[type];
    for (const { code } of tally.errors) this.rejected.set(code, (this.rejected.get(code) ?? 0) + 1);
    this.duplicate += tally.duplicate;
    this.optedOut += tally.optedOutAt.length;
    this.late += tally.late;
    this.shed += tally.shed;
  }

  refuse(code: string): void {
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1);
  }
}

/** A batch of one event to a full one. */
const eventBoundaries = [1, 2, 5, 10, 25, 50, 100, 250, 500] as const;

/** Carries the counts into the telemetry; call before rendering. `since` answers how much a number grew. */
export function ingestExporter(
  telemetry: Telemetry,
  counts: IngestCounts,
  since: (key: string, count: number) => number,
): () => void {
  const events = telemetry.counter("weir_gateway_events", { description: "Events by what became of them" });
  const accepted = telemetry.counter("weir_ingest_accepted", { description: "Events stored, by type" });
  const rejected = telemetry.counter("weir_ingest_rejected", { description: "Events refused, by code" });
  const refused = telemetry.counter("weir_ingest_refused_requests", {
    description: "Requests turned away before they were read, by code",
  });
  const late = telemetry.counter("weir_ingest_late", {
    description: "Events stored more than an hour after they happened",
  });
  const dead = telemetry.counter("weir_gateway_dead_dropped", {
    description: "Rejected events that the dead-letter stream did not take",
  });
  const batchEvents = telemetry.histogram("weir_ingest_batch_events", {
    description: "Events in one message of the log",
    boundaries: eventBoundaries,
  });
  const ackMs = telemetry.histogram("weir_ingest_ack", {
    description: "From sending a batch to the log's answer",
    unit: "ms",
  });
  counts.onBatch = (report) => {
    batchEvents(report.events);
    ackMs(report.ackMs, { outcome: report.outcome.ok ? "stored" : report.outcome.failure.code });
  };
  return () => {
    const total = eventTypes.reduce((sum, type) => sum + counts.accepted[type], 0);
    const rejections = [...counts.rejected.values()].reduce((sum, count) => sum + count, 0);
    events(since("accepted", total), { outcome: "accepted" });
    events(since("duplicate", counts.duplicate), { outcome: "duplicate" });
    events(since("rejected", rejections), { outcome: "rejected" });
    events(since("opted_out", counts.optedOut), { outcome: "opted_out" });
    events(since("shed", counts.shed), { outcome: "shed" });
    for (const type of eventTypes) accepted(since(`type ${type}`, counts.accepted[type]), { type });
    for (const [code, count] of counts.rejected) rejected(since(`code ${code}`, count), { code });
    for (const [code, count] of counts.refused) refused(since(`refused ${code}`, count), { code });
    late(since("late", counts.late));
    dead(since("dead", counts.deadDropped));
  };
}
