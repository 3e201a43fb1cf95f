import { streams } from "../protocols/topology.ts";
import { processText } from "../runtime/index.ts";
import type { StreamReader, Telemetry } from "../runtime/index.ts";
import type { Sink } from "./sink/sink.ts";

/** Prometheus' text of this process: how far the sink is, measured when somebody asks. */
export function metricsText(
  telemetry: Telemetry,
  reader: Pick<StreamReader, "bounds">,
  sink: () => Sink | undefined,
): () => Promise<string> {
  const running = telemetry.gauge("weir_sink_running", {
    description: "1 while this process feeds ClickHouse",
  });
  const acknowledged = telemetry.gauge("weir_sink_acknowledged", {
    description: "Last message of the event stream whose rows are in ClickHouse",
  });
  const lag = telemetry.gauge("weir_sink_lag", {
    description: "Messages of the event stream behind the newest",
  });
  const text = processText(telemetry);
  return async () => {
    const present = sink();
    running(present?.state === "running" ? 1 : 0);
    if (present?.state === "running") {
      const position = present.position.acknowledged;
      acknowledged(position);
      const bounds = await reader.bounds(streams.events.name).catch(() => undefined); // no leader just now
      if (bounds !== undefined) lag(Math.max(0, bounds.last - position));
    }
    return text();
  };
}
