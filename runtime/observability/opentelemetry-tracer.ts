import { ROOT_CONTEXT, SpanStatusCode, TraceFlags, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { SpanExporter, TracerProviderOptions } from "@opentelemetry/sdk-trace";
import type { Log } from "../ports/log.ts";
import type { Random } from "../ports/random.ts";
import type { TracesSettings } from "./settings.ts";
import { parseTraceparent, traceparentOf } from "./traceparent.ts";
import type { Span, Tracer } from "./tracing.ts";

// Spans through OpenTelemetry, sent to a collector as OTLP over HTTP. Loaded only where traces are wanted: the libraries
// take 0.15 s and 20 MB.
//   T1. Who begins a trace decides whether it is recorded; everybody else follows the `traceparent`.
//   T2. A collector that is slow or gone costs spans, never work: the queue is bounded, and what is over is dropped.

/** Ended spans that wait for the next sending: at 1 KB each, 4 MB. */
const spansWaitingMax = 4_096;
const spansPerRequestMax = 512;
const sendEveryMs = 2_000;
const sendMsMax = 3_000;

export interface RecordingTracer extends Tracer {
  /** Sends what waits; afterwards nothing is recorded. The caller bounds it. */
  close(): Promise<void>;
}

export function opentelemetryTracer(
  settings: TracesSettings,
  { random, log }: { readonly random: Random; readonly log: Log },
): RecordingTracer {
  const { service, url, ratio } = settings;
  const exporter = loudly(new OTLPTraceExporter({ url, timeoutMillis: sendMsMax }), url, log);
  const provider = new TracerProvider({
    resource: resourceOf({ "service.name": service, "service.instance.id": settings.instance }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }), // T1
    idGenerator: { generateTraceId: () => random.hex(16), generateSpanId: () => random.hex(8) },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: spansWaitingMax, // T2
        maxExportBatchSize: spansPerRequestMax,
        scheduledDelayMillis: sendEveryMs,
        exportTimeoutMillis: sendMsMax * 2,
      }),
    ],
  });
  const tracer = provider.getTracer("weir");
  return {
    span: (name, { parent, attributes } = {}) => {
      const from = parseTraceparent(parent);
      if (from !== undefined && !from.sampled) return { context: parent, end: () => {} }; // T1, the cheap half of it
      const context = from === undefined ? ROOT_CONTEXT : contextOf(from);
      const span = tracer.startSpan(name, attributes === undefined ? {} : { attributes }, context);
      const { traceId, spanId, traceFlags } = span.spanContext();
      const sampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
      return {
        context: traceparentOf({ traceId, spanId, sampled }),
        end: (error) => {
          if (error !== undefined) {
            span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
            if (error instanceof Error) span.recordException(error);
          }
          span.end();
        },
      } satisfies Span;
    },
    close: () => provider.shutdown().catch(() => {}), // the exporter has said why
  };
}

const contextOf = ({ traceId, spanId }: { readonly traceId: string; readonly spanId: string }) =>
  trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true });

/** An Error's message, or the code of a failure. */
function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  if (typeof error === "object" && error !== null && "code" in error) return String(error.code);
  return String(error);
}

/** Who we are, for the collector. The library's own maker of these lives in a package of its own. */
function resourceOf(attributes: Record<string, string>): NonNullable<TracerProviderOptions["resource"]> {
  const resource: NonNullable<TracerProviderOptions["resource"]> = {
    attributes,
    merge: () => resource,
    getRawAttributes: () => Object.entries(attributes),
  };
  return resource;
}

/** Says once that the collector is not reached, and once that it is again: the library would say nothing. */
function loudly(exporter: OTLPTraceExporter, url: string, log: Log): SpanExporter {
  let failing = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.error !== undefined && !failing)
          log.warn("traces_not_sent", { url, error: result.error, spans: spans.length });
        if (result.error === undefined && failing) log.info("traces_sent_again", { url });
        failing = result.error !== undefined;
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush(),
  };
}
