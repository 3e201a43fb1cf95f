import type { FreshnessRecord } from "../protocols/freshness.ts";
import { processText } from "../runtime/index.ts";
import type { StreamReader, Telemetry } from "../runtime/index.ts";
import { isAlarm } from "./freshness/watch.ts";
import type { Pool, PoolFigures } from "./pool.ts";
import type { DeskFigures } from "./rows/desk.ts";
import type { WarehouseParts } from "./serve.ts";

/** Prometheus' text of this process: how far its sinks are, measured when somebody asks. */
export function metricsText(
  telemetry: Telemetry,
  reader: Pick<StreamReader, "bounds">,
  parts: () =>
    | Pick<WarehouseParts, "sink" | "decisions" | "audit" | "watch" | "rows" | "rollups" | "asides">
    | undefined,
  pool: Pick<Pool, "figures">,
  nowMs: () => number,
): () => Promise<string> {
  const gauge = (name: string, description: string, unit?: string) =>
    telemetry.gauge(name, { description, ...(unit === undefined ? {} : { unit }) });
  const running = gauge("weir_sink_running", "1 while this process feeds ClickHouse");
  const acknowledged = gauge(
    "weir_sink_acknowledged",
    "Last message of the stream whose rows are in ClickHouse",
  );
  const lag = gauge("weir_sink_lag", "Messages of the stream behind the newest");
  const lagSeconds = gauge(
    "weir_sink_lag_seconds",
    "Since the stream took the last message whose rows are in ClickHouse; 0 when level",
    "s",
  );
  const rows = rising(telemetry, "weir_sink_rows_total", "Rows written to ClickHouse");
  const blocks = rising(telemetry, "weir_sink_blocks_total", "Blocks written to ClickHouse");
  const retries = rising(telemetry, "weir_sink_retries_total", "Inserts and look-ups that did not succeed");
  const inDoubt = gauge("weir_sink_blocks_in_doubt", "Blocks of which nobody knows whether they are there");
  const poisonous = rising(
    telemetry,
    "weir_sink_messages_poisonous_total",
    "Messages of a stream that held no batch",
  );
  const differing = gauge(
    "weir_audit_differences",
    "Experiments whose rolling sums are not those of their rows in ClickHouse",
  );
  const looks = rising(telemetry, "weir_audit_looks_total", "Comparisons of the self-audit", "state");
  const keeping = keepingGauges(telemetry);
  const events = eventGauges(telemetry);
  const work = workGauges(telemetry);
  const text = processText(telemetry);
  return async () => {
    const present = parts();
    work(pool.figures, present?.rows.figures);
    if (present === undefined) return text();
    const { figures: audited } = present.audit;
    differing(audited.differing);
    for (const state of ["agrees", "differs", "pending"] as const) looks(audited[state], state);
    keeping(present);
    events(present.watch.records);
    for (const sink of [present.sink, present.decisions]) {
      const labels = { stream: sink.stream };
      const { figures } = sink;
      running(sink.state === "running" ? 1 : 0, labels);
      rows(figures.rows, sink.stream);
      blocks(figures.blocks, sink.stream);
      retries(figures.retries, sink.stream);
      inDoubt(figures.inDoubt, labels);
      poisonous(figures.poisonous, sink.stream);
      if (sink.state !== "running") continue;
      const position = sink.position.acknowledged;
      acknowledged(position, labels);
      const bounds = await reader.bounds(sink.stream).catch(() => undefined); // no leader just now
      if (bounds === undefined) continue;
      const behind = Math.max(0, bounds.last - position);
      lag(behind, labels);
      const since = figures.acknowledgedTime === 0 ? 0 : nowMs() - figures.acknowledgedTime;
      lagSeconds(behind === 0 ? 0 : Math.max(0, since) / 1_000, labels);
    }
    return text();
  };
}

/** The pool's line, and what was asked for from rows. */
function workGauges(telemetry: Telemetry): (pool: PoolFigures, rows: DeskFigures | undefined) => void {
  const waiting = telemetry.gauge("weir_pool_waiting", {
    description: "Pieces of statistics that wait for a thread",
  });
  const running = telemetry.gauge("weir_pool_running", { description: "Pieces of statistics on a thread" });
  const jobs = telemetry.gauge("weir_rows_jobs", { description: "Answers from rows under way" });
  const pieces = rising(telemetry, "weir_pool_pieces_total", "Pieces of statistics by how they ended", "end");
  const seconds = rising(telemetry, "weir_pool_seconds_total", "Time of pieces waiting and at work", "state");
  const answers = rising(telemetry, "weir_rows_answers_total", "Questions to rows by how they went", "end");
  const duration = rising(telemetry, "weir_rows_seconds_total", "Time that answers from rows took", "state");
  return (pool, rows) => {
    waiting(pool.waiting);
    running(pool.running);
    for (const end of ["done", "failed", "cancelled"] as const) pieces(pool[end], end);
    seconds(pool.waitedMs / 1_000, "waiting");
    seconds(pool.workedMs / 1_000, "working");
    if (rows === undefined) return;
    jobs(rows.jobs);
    for (const end of ["hits", "misses", "abandoned"] as const) answers(rows[end], end);
    duration(rows.seconds, "all");
  };
}

/** Days of rollups, and what was set aside of the embedded warehouse. */
function keepingGauges(telemetry: Telemetry): (parts: Pick<WarehouseParts, "rollups" | "asides">) => void {
  const pending = telemetry.gauge("weir_rollup_days_pending", {
    description: "Days of dashboard sums that are to be computed anew from their table",
  });
  const days = rising(
    telemetry,
    "weir_rollup_days_total",
    "Days of dashboard sums by what became of them",
    "end",
  );
  const left = telemetry.gauge("weir_warehouse_asides", {
    description: "Damaged folders and parts of the embedded warehouse that are set aside",
  });
  const removed = rising(telemetry, "weir_warehouse_asides_removed_total", "Of those, removed", "end");
  return ({ rollups: { figures }, asides }) => {
    pending(figures.pending);
    for (const end of ["computed", "corrected"] as const) days(figures[end], end);
    if (asides === undefined) return;
    left(asides.figures.left);
    removed(asides.figures.removed, "removed");
  };
}

/** Of each event that running experiments read; one that none reads any more is no alarm. */
function eventGauges(telemetry: Telemetry): (records: readonly FreshnessRecord[]) => void {
  const stalled = telemetry.gauge("weir_event_stalled", {
    description: "1 while an event that running experiments read does not come, though it should",
  });
  const newest = telemetry.gauge("weir_event_newest_seconds", {
    description: "When the newest event of a name that running experiments read was taken in, epoch seconds",
    unit: "s",
  });
  let told = new Map<string, { readonly environment: string; readonly event: string }>();
  return (records) => {
    const present: typeof told = new Map();
    for (const { environment, events } of records)
      for (const { event, newestAt, ...freshness } of events) {
        const labels = { environment, event };
        present.set(`${environment}/${event}`, labels);
        stalled(isAlarm(freshness) ? 1 : 0, labels);
        if (newestAt !== undefined) newest(newestAt / 1_000, labels);
      }
    for (const [name, labels] of told) if (!present.has(name)) stalled(0, labels);
    told = present;
  };
}

/** A counter fed from a sum that grows elsewhere. */
function rising(telemetry: Telemetry, name: string, description: string, label = "stream") {
  const add = telemetry.counter(name, { description });
  const told = new Map<string, number>();
  return (sum: number, of: string): void => {
    add(sum - (told.get(of) ?? 0), { [label]: of });
    told.set(of, sum);
  };
}
