import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";

export type Labels = Readonly<Record<string, string | number>>;

export interface InstrumentOptions {
  readonly description?: string;
  /** UCUM unit: `ms`, `By`, `{message}`. */
  readonly unit?: string;
}

/** Counters, gauges and histograms of one process, and their text for whoever scrapes it. */
export interface Telemetry {
  counter(name: string, options?: InstrumentOptions): (add?: number, labels?: Labels) => void;
  gauge(name: string, options?: InstrumentOptions): (value: number, labels?: Labels) => void;
  histogram(
    name: string,
    options?: InstrumentOptions & { readonly boundaries?: readonly number[] },
  ): (value: number, labels?: Labels) => void;
  /** The whole process in Prometheus' text format. */
  prometheusText(): Promise<string>;
  close(): Promise<void>;
}

/** Answers of 0.1 ms to 10 s: the range between a look-up in memory and a given-up request. */
export const latencyBoundariesMs = [
  0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000,
] as const;

/** No server is opened here: gateway and the others serve `prometheusText` where they serve everything else. */
export function createTelemetry(name: string): Telemetry {
  const reader = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({ readers: [reader] });
  const meter = provider.getMeter(name);
  const serializer = new PrometheusSerializer();
  return {
    counter: (metric, options = {}) => {
      const instrument = meter.createCounter(metric, options);
      return (add = 1, labels = {}) => instrument.add(add, labels);
    },
    gauge: (metric, options = {}) => {
      const instrument = meter.createGauge(metric, options);
      return (value, labels = {}) => instrument.record(value, labels);
    },
    histogram: (metric, { boundaries = latencyBoundariesMs, ...options } = {}) => {
      const advice = { explicitBucketBoundaries: [...boundaries] };
      const instrument = meter.createHistogram(metric, { ...options, advice });
      return (value, labels = {}) => instrument.record(value, labels);
    },
    prometheusText: async () => serializer.serialize((await reader.collect()).resourceMetrics),
    close: () => provider.shutdown(),
  };
}
