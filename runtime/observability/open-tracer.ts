import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { Random } from "../ports/random.ts";
import type { TracesSettings } from "./settings.ts";
import { noTracer } from "./tracing.ts";
import type { Tracer } from "./tracing.ts";

export interface OpenTracer extends Tracer {
  /** Sends what waits, for a second at most. Idempotent. */
  close(): Promise<void>;
}

/** A collector on the same network takes milliseconds; the process that ends has better to do than to wait for one. */
const closeMsMax = 1_000;

/** The tracer of a process; without settings, the one that does nothing. */
export async function openTracer(
  settings: TracesSettings | undefined,
  tools: { readonly clock: Clock; readonly random: Random; readonly log: Log },
): Promise<OpenTracer> {
  if (settings === undefined) return { ...noTracer, close: async () => {} };
  const { opentelemetryTracer } = await import("./opentelemetry-tracer.ts");
  const recording = opentelemetryTracer(settings, tools);
  let closing: Promise<void> | undefined;
  const closed = async (): Promise<void> => {
    const sent = new AbortController();
    const done = recording.close().then(() => sent.abort());
    await Promise.race([done, tools.clock.sleep(closeMsMax, sent.signal)]);
  };
  return { span: (name, options) => recording.span(name, options), close: () => (closing ??= closed()) };
}
