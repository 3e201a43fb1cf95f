import { z } from "zod";

// The variables that every process of ours understands, in words that operators know from elsewhere.

const given = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((text) => (text === "" ? undefined : text), schema.optional());
const httpUrl = z.url({ protocol: /^https?$/ });

/** Spread into the schema of a process's environment. */
export const observabilityVariables = {
  /** Collector of traces, as in http://127.0.0.1:4318; without it, none are made. */
  OTEL_EXPORTER_OTLP_ENDPOINT: given(httpUrl),
  /** The same with its path, where that is not /v1/traces. */
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: given(httpUrl),
  /** Share of the traces begun here that are recorded. */
  WEIR_TRACES_RATIO: given(z.coerce.number().min(0).max(1)),
  /** Port on which Prometheus scrapes this process; without it, none is opened. 0 takes a free one. */
  WEIR_METRICS_PORT: given(z.coerce.number().int().min(0).max(65_535)),
  WEIR_METRICS_HOST: given(z.string()),
};
const Variables = z.object(observabilityVariables);
type Variables = z.infer<typeof Variables>;

export interface TracesSettings {
  /** Where spans go, with its path. */
  readonly url: string;
  readonly ratio: number;
  /** Name of the process kind, and of this one. */
  readonly service: string;
  readonly instance: string;
}
export interface MetricsAddress {
  readonly host: string;
  readonly port: number;
}

/** Undefined when no collector is named. */
export function tracesSettings(
  variables: Variables,
  process: { readonly service: string; readonly instance: string },
): TracesSettings | undefined {
  const base = variables.OTEL_EXPORTER_OTLP_ENDPOINT;
  const url =
    variables.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ??
    (base === undefined ? undefined : `${base.replace(/\/+$/, "")}/v1/traces`);
  return url === undefined ? undefined : { url, ratio: variables.WEIR_TRACES_RATIO ?? 1, ...process };
}

/** Undefined when no port is given: nothing listens. */
export const metricsAddress = (variables: Variables): MetricsAddress | undefined =>
  variables.WEIR_METRICS_PORT === undefined
    ? undefined
    : { host: variables.WEIR_METRICS_HOST ?? "127.0.0.1", port: variables.WEIR_METRICS_PORT };
