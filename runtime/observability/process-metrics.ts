import { performance } from "node:perf_hooks";
import process from "node:process";
import type { Telemetry } from "./telemetry.ts";

/** Prometheus' text of the process, with what the machine gives it measured at that moment. */
export function processText(telemetry: Telemetry): () => Promise<string> {
  const resident = telemetry.gauge("process_resident_memory_bytes", { description: "Memory in use" });
  const heap = telemetry.gauge("nodejs_heap_used_bytes", { description: "JavaScript objects, of that" });
  const cpu = telemetry.counter("process_cpu_seconds_total", { description: "Processor time used" });
  const busy = telemetry.gauge("nodejs_eventloop_utilization", {
    description:
      "Share of the time since the last scrape that the event loop was busy; at 1 everything waits",
  });
  let counted = 0;
  let before = performance.eventLoopUtilization();
  return () => {
    const { rss, heapUsed } = process.memoryUsage();
    resident(rss);
    heap(heapUsed);
    const { user, system } = process.cpuUsage();
    const seconds = (user + system) / 1e6;
    cpu(seconds - counted);
    counted = seconds;
    const now = performance.eventLoopUtilization();
    busy(performance.eventLoopUtilization(now, before).utilization);
    before = now;
    return telemetry.prometheusText();
  };
}
