import { JetStreamApiError, JetStreamError } from "@nats-io/jetstream";
import type { JetStreamManager, StreamConfig } from "@nats-io/jetstream";
import { TimeoutError } from "@nats-io/transport-node";
import type { Clock } from "../ports/clock.ts";
import type { StreamSpec } from "../ports/stream-spec.ts";
import { streamNameInUse } from "./error-codes.ts";

// Older servers drop options they do not know and report success, so what they return is compared with what was asked.

/** 2.15 allows 1,000 consumers a stream unless told; a partition reader is one. Cannot be changed later. */
const consumersMax = 16_384;
const nanos = (ms: number): number => ms * 1_000_000;

const retryMs = 200;

/**
 * Creates the stream, or brings an existing one to the specification. Throws when the server will not have it so, or
 * when nobody could say within the time: a cluster that lost a server has no leader for seconds.
 */
export async function ensureStream(
  manager: JetStreamManager,
  spec: StreamSpec,
  { clock, deadlineMs }: { readonly clock: Clock; readonly deadlineMs: number },
): Promise<void> {
  for (;;) {
    try {
      return await ensureNow(manager, spec);
    } catch (error) {
      if (!mayPass(error) || clock.monotonicMs() + retryMs > deadlineMs) throw error;
      await clock.sleep(retryMs);
    }
  }
}

/** No answer, no leader, too busy. What the server decided, it will decide again. */
const mayPass = (error: unknown): boolean =>
  error instanceof TimeoutError ||
  error instanceof JetStreamError || // "not enabled": also said while nobody leads
  (error instanceof JetStreamApiError && error.status >= 500);

async function ensureNow(manager: JetStreamManager, spec: StreamSpec): Promise<void> {
  const wanted = configOf(spec);
  const present = await create(manager, { ...wanted, max_consumers: consumersMax });
  let differing = differences(wanted, present);
  if (differing.length > 0) {
    const { config } = await manager.streams.update(spec.name, wanted);
    differing = differences(wanted, config);
  }
  if (differing.length > 0)
    throw new Error(`the server keeps stream ${spec.name} otherwise: ${differing.join("; ")}`);
}

function configOf(spec: StreamSpec) {
  return {
    name: spec.name,
    subjects: [...spec.subjects],
    storage: "file",
    retention: "limits",
    discard: "new",
    num_replicas: spec.replicas ?? 1,
    max_age: nanos(spec.maxAgeMs ?? 0),
    max_bytes: spec.maxBytes ?? -1,
    max_msgs_per_subject: spec.maxMessagesPerSubject ?? -1,
    duplicate_window: nanos(
      Math.min(spec.duplicateWindowMs ?? 120_000, spec.maxAgeMs ?? Number.POSITIVE_INFINITY),
    ),
    allow_direct: spec.directReads ?? false,
  } satisfies Partial<StreamConfig>;
}

async function create(
  manager: JetStreamManager,
  config: Partial<StreamConfig> & { name: string },
): Promise<StreamConfig> {
  try {
    return (await manager.streams.add(config)).config;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === streamNameInUse) {
      return (await manager.streams.info(config.name)).config;
    }
    throw error;
  }
}

function differences(wanted: Partial<StreamConfig>, present: StreamConfig): string[] {
  return Object.entries(wanted)
    .map(([name, value]) => ({
      name,
      asked: canonical(value),
      got: canonical(present[name as keyof StreamConfig]),
    }))
    .filter(({ asked, got }) => asked !== got)
    .map(({ name, asked, got }) => `${name} is ${got}, not ${asked}`);
}

/** An absent flag is false, an absent number zero: servers leave defaults out of their answer. */
const canonical = (value: unknown): string =>
  value === undefined || value === false || value === 0 ? "0" : JSON.stringify(value);
