// The door of the actor runtime. It knows nothing of flags or experiments.
export { publish, tell } from "./actor.ts";
export type { Behaviour, HandleContext, PerformContext, RuntimeEffect, Step, TimerChange } from "./actor.ts";
export type { FoldBehaviour, FoldInput, FoldPast, Notice } from "./fold.ts";
export type { RunningService, ServiceBehaviour } from "./service.ts";
export type {
  AppendOutcome,
  Connection,
  ConnectionStatus,
  Following,
  KeyValue,
  KeyValueEntry,
  Messaging,
  StreamMessage,
  StreamReader,
  StreamWriter,
} from "./ports/connection.ts";
export type { StreamCare } from "./ports/stream-care.ts";
export type { StreamSpec } from "./ports/stream-spec.ts";
export { openConnection } from "./nats/connection.ts";
export type { ConnectionOptions } from "./nats/connection.ts";
export { startNatsServer } from "./nats/server.ts";
export type { NatsServer, NatsServerOptions } from "./nats/server.ts";
export type { Address } from "./messaging/address.ts";
export { openHost } from "./hosting/host.ts";
export type { Host, HostOptions } from "./hosting/host.ts";
export { openClient } from "./messaging/client.ts";
export type { ActorClient, AskOptions } from "./messaging/client.ts";
export { systemClock } from "./ports/clock.ts";
export type { Clock } from "./ports/clock.ts";
export { toldBy } from "./messaging/told.ts";
export { seededRandom, systemRandom } from "./ports/random.ts";
export type { Random } from "./ports/random.ts";
export { Backoff } from "./backoff.ts";
export { freePorts } from "./ports/free-ports.ts";

export { createLog, silentLog } from "./ports/log.ts";
export type { Log, LogLevel } from "./ports/log.ts";
export { createTelemetry } from "./observability/telemetry.ts";
export type { Telemetry } from "./observability/telemetry.ts";
export { openTracer } from "./observability/open-tracer.ts";
export type { OpenTracer } from "./observability/open-tracer.ts";
export { openMetricsServer } from "./observability/metrics-server.ts";
export { processText } from "./observability/process-metrics.ts";
export { metricsAddress, observabilityVariables, tracesSettings } from "./observability/settings.ts";
export type { MetricsAddress, TracesSettings } from "./observability/settings.ts";
export { soundTraceparent } from "./observability/traceparent.ts";
export type { Tracer } from "./observability/tracing.ts";
export { openOperations } from "./operations/operations-client.ts";
export type { ActorOperations } from "./operations/operations-client.ts";
export { isOrphan, stopRequested } from "./stop.ts";
