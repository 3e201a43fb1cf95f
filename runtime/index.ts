// The door of the actor runtime. It knows nothing of flags or experiments.
export type { Behaviour, HandleContext, Step } from "./actor.ts";
export type { FoldBehaviour, FoldInput, Notice } from "./fold.ts";
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
} from "./connection.ts";
export type { StreamSpec } from "./stream-spec.ts";
export { openConnection } from "./nats/connection.ts";
export type { ConnectionOptions } from "./nats/connection.ts";
export { startNatsServer } from "./nats/server.ts";
export type { NatsServer, NatsServerOptions } from "./nats/server.ts";
export type { Address } from "./address.ts";
export { openHost } from "./host.ts";
export type { Host, HostOptions } from "./host.ts";
export { openClient } from "./client.ts";
export type { ActorClient, AskOptions } from "./client.ts";
export { systemClock } from "./clock.ts";
export type { Clock } from "./clock.ts";
export { seededRandom, systemRandom } from "./random.ts";
export type { Random } from "./random.ts";
export { Backoff } from "./backoff.ts";
export { createLog, silentLog } from "./log.ts";
export type { Log, LogLevel } from "./log.ts";
export { createTelemetry } from "./telemetry.ts";
export type { Telemetry } from "./telemetry.ts";
export { stopRequested } from "./stop.ts";
