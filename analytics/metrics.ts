import { processText } from "../runtime/index.ts";
import type { StreamReader, Telemetry } from "../runtime/index.ts";
import type { WarehouseParts } from "./serve.ts";

/** Prometheus' text of this process: how far its sinks are, measured when somebody asks. */
export function metricsText(
  telemetry: Telemetry,
  reader: Pick<StreamReader, "bounds">,
  parts: () => Pick<WarehouseParts, "sink" | "decisions" | "audit"> | undefined,
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
  const text = processText(telemetry);
  return async () => {
    const present = parts();
    if (present === undefined) return text();
    const { figures: audited } = present.audit;
    differing(audited.differing);
    for (const state of ["agrees", "differs", "pending"] as const) looks(audited[state], state);
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

/** A counter fed from a sum that grows elsewhere. */
function rising(telemetry: Telemetry, name: string, description: string, label = "stream") {
  const add = telemetry.counter(name, { description });
  const told = new Map<string, number>();
  return (sum: number, of: string): void => {
    add(sum - (told.get(of) ?? 0), { [label]: of });
    told.set(of, sum);
  };
}
