import { runtimeMetrics } from "../observability/metrics.ts";
import type { RuntimeMetrics } from "../observability/metrics.ts";
import type { Labels, Telemetry } from "../observability/telemetry.ts";
import type { Log, LogFields } from "../ports/log.ts";

/** A log that remembers what it was told. */
export interface RecordedLog extends Log {
  readonly entries: readonly (LogFields & { readonly level: string; readonly event: string })[];
  /** How often an event was logged. */
  count(event: string): number;
}

export function recordedLog(): RecordedLog {
  const entries: (LogFields & { level: string; event: string })[] = [];
  const write = (level: string) => (event: string, fields?: LogFields) =>
    void entries.push({ ...fields, level, event });
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    entries,
    count: (event) => entries.filter((entry) => entry.event === event).length,
  };
}

export interface RecordedMetrics extends RuntimeMetrics {
  /** Sum of a counter, or last value of a gauge, over the samples that have these labels. */
  valueOf(name: string, labels?: Labels): number | undefined;
}

export function recordedMetrics(): RecordedMetrics {
  const samples: { name: string; value: number; labels: Labels; adds: boolean }[] = [];
  const record =
    (adds: boolean) =>
    (name: string) =>
    (value = 1, labels: Labels = {}): void =>
      void samples.push({ name, value, labels, adds });
  const telemetry: Telemetry = {
    counter: record(true),
    gauge: record(false),
    histogram: record(false),
    prometheusText: async () => "",
    close: async () => {},
  };
  return {
    ...runtimeMetrics(telemetry),
    valueOf: (name, labels = {}) => {
      const found = samples.filter(
        (sample) =>
          sample.name === `weir_${name}` &&
          Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
      );
      return found[0]?.adds === true ? found.reduce((sum, { value }) => sum + value, 0) : found.at(-1)?.value;
    },
  };
}
