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
// To be written beside these:
//   openConnection(options: { url: string; name: string; streams: readonly StreamSpec[] }): Promise<Connection>  (nats/connection.ts)
//     StreamSpec = { name; subjects; maxAgeMs?; maxBytes?; duplicateWindowMs? } — created or checked at start.
//   openHost(options: { connection; name: string; actors: readonly Behaviour[]; folds: readonly FoldBehaviour[];
//     services: readonly ServiceBehaviour[]; standing: () => readonly { kind, key }[]  (folds and services that must run without being asked);
//     performer errors are logged and retried with backoff; leaseTtlMs?; shardCount?: 64 }): Promise<Host>
//     Host = { refreshStanding(): void; readonly ownedShards: readonly number[]; drain(msMax): Promise<void> }
//   openClient(connection): ActorClient = { ask<V, F>(address: { kind, key }, message: unknown, options: { by: string; timeoutMs: number; id?: string }): Promise<Reply<V, F | RuntimeFailure>> }
//   systemClock / Clock { now(): EpochMs; monotonicMs(): number; sleep(ms, signal?) }, systemRandom / Random { fraction(); hex(bytes) }
//   Backoff, createLog(name): Log { info(event, fields), warn, error } (pino), createTelemetry(name): Telemetry { counter, gauge, histogram, prometheusText() }
