import { jetstreamManager } from "@nats-io/jetstream";
import type { JetStreamManager } from "@nats-io/jetstream";
import { connect, createInbox, PermissionViolationError } from "@nats-io/transport-node";
import type { NatsConnection } from "@nats-io/transport-node";
import { systemClock } from "../ports/clock.ts";
import type { BucketOptions, Connection, ConnectionStatus, KeyValue } from "../ports/connection.ts";
import { silentLog } from "../ports/log.ts";
import type { Log } from "../ports/log.ts";
import { systemRandom } from "../ports/random.ts";
import type { StreamSpec } from "../ports/stream-spec.ts";
import { AcknowledgedPublisher } from "./acknowledged-publisher.ts";
import { natsJournal } from "./journal.ts";
import { bucketStream, keyValue } from "./key-value.ts";
import { natsMessaging } from "./messaging.ts";
import { ReplyInbox } from "./reply-inbox.ts";
import { atLeast } from "./server.ts";
import { natsSnapshots } from "./snapshots.ts";
import { ensureStream } from "./stream-admin.ts";
import { streamCare } from "./stream-care.ts";
import { streamReader } from "./stream-reader.ts";
import { streamWriter } from "./stream-writer.ts";

export interface ConnectionOptions {
  /** One server, or several of a cluster with commas between them. */
  readonly url: string;
  /** Shown by the server to its operators. */
  readonly name: string;
  /** Created when missing, checked when not. */
  readonly streams: readonly StreamSpec[];
  readonly connectTimeoutMs?: number;
  readonly log?: Log;
  /** Copies of the buckets' streams; those of `streams` say their own. */
  readonly replicas?: number;
}

const connectTimeoutMsDefault = 30_000;
const connectRetryMs = 200;
/** Answers of the JetStream API take a millisecond; during an outage a read must fail soon enough to be asked again. */
const apiTimeoutMs = 2_000;
const drainMsMax = 3_000;

/** Connects, waiting for a server that is still starting; afterwards it reconnects for ever by itself. */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const log = options.log ?? silentLog;
  const deadlineMs = systemClock.monotonicMs() + (options.connectTimeoutMs ?? connectTimeoutMsDefault);
  const connection = await eventually(deadlineMs, () => dial(options));
  try {
    refuseOldCluster(connection);
    const manager = await jetstreamManager(connection, { timeout: apiTimeoutMs, checkAPI: false });
    // JetStream may come a moment after the port does.
    await eventually(deadlineMs, () => manager.getAccountInfo());
    for (const spec of options.streams) await ensureStream(manager, spec, { clock: systemClock, deadlineMs });
    return assemble(connection, manager, options, log);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

const dial = ({ url, name }: ConnectionOptions): Promise<NatsConnection> =>
  connect({
    servers: url.split(","),
    name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 100,
    // The defaults notice a frozen server after four minutes; these after two and a half seconds.
    pingInterval: 1_000,
    maxPingOut: 2,
    ignoreAuthErrorAbort: true,
    noAsyncTraces: true,
  });

async function eventually<Value>(deadlineMs: number, attempt: () => Promise<Value>): Promise<Value> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (systemClock.monotonicMs() + connectRetryMs > deadlineMs) throw error;
      await systemClock.sleep(connectRetryMs);
    }
  }
}

/** Clusters before 2.10 do not honour compare-and-set: two owners would both be told that they won. */
function refuseOldCluster({ info }: NatsConnection): void {
  if (info?.cluster !== undefined && !atLeast(info.version, 2, 10)) {
    throw new Error(`nats-server ${info.version} must not be clustered: at least 2.10 is needed`);
  }
}

function assemble(
  connection: NatsConnection,
  manager: JetStreamManager,
  options: ConnectionOptions,
  log: Log,
): Connection {
  const tools = { connection, manager, clock: systemClock, random: systemRandom, log };
  const answers = new ReplyInbox(connection, systemClock, createInbox());
  const publisher = new AcknowledgedPublisher(connection, answers);
  const reader = streamReader(tools);
  let status: ConnectionStatus = "connected";
  let drained: Promise<void> | undefined;
  const buckets = new Map<string, Promise<KeyValue>>();
  const replicas = options.replicas ?? 1;

  const watchStatus = async (): Promise<void> => {
    for await (const change of connection.status()) {
      const { type } = change;
      if (type === "disconnect") {
        status = "reconnecting";
        answers.connectionLost();
        log.warn("nats_disconnected", { name: options.name });
      } else if (type === "reconnect") {
        status = "connected";
        answers.connectionRestored();
        reader.restartAll();
        log.info("nats_reconnected", { name: options.name, server: connection.getServer() });
      } else if (type === "error" && change.error instanceof PermissionViolationError) {
        const { operation, subject } = change.error;
        if (operation === "publish") answers.notPermitted(subject);
        log.error("nats_not_permitted", { name: options.name, operation, subject });
      } else if (type === "slowConsumer") {
        log.error("nats_slow_consumer", { name: options.name });
      }
    }
  };
  void watchStatus();
  void connection.closed().then((error) => {
    status = "closed";
    answers.close();
    reader.stopAll();
    if (error instanceof Error) log.error("nats_closed", { name: options.name, error });
  });

  const ensured = (spec: StreamSpec): Promise<void> => {
    const deadlineMs = systemClock.monotonicMs() + (options.connectTimeoutMs ?? connectTimeoutMsDefault);
    return ensureStream(manager, spec, { clock: systemClock, deadlineMs });
  };
  const openBucket = async (name: string, { maxAgeMs }: BucketOptions): Promise<KeyValue> => {
    await ensured({
      name: bucketStream(name),
      subjects: [`$KV.${name}.>`],
      maxMessagesPerSubject: 1,
      replicas,
      ...(maxAgeMs === undefined ? {} : { maxAgeMs }),
    });
    return keyValue(name, { publisher, reader, manager, clock: systemClock });
  };

  return {
    messaging: natsMessaging(connection, { answers, log, random: systemRandom }),
    writer: streamWriter(publisher),
    reader,
    store: {
      journal: (stream) => natsJournal(stream, { ...tools, publisher, reader }),
      snapshots: async (stream) => {
        await ensured({
          name: stream,
          subjects: ["snap.>"],
          maxMessagesPerSubject: 1,
          directReads: true,
          replicas,
        });
        return natsSnapshots(stream, { publisher, ...tools });
      },
    },
    care: streamCare(manager, reader),
    bucket: (name, bucketOptions = {}) => {
      const opened = buckets.get(name) ?? openBucket(name, bucketOptions);
      buckets.set(name, opened);
      opened.catch(() => buckets.delete(name)); // a failed opening is not remembered
      return opened;
    },
    get status() {
      return status;
    },
    server: {
      version: connection.info?.version ?? "0.0.0",
      clustered: connection.info?.cluster !== undefined,
    },
    drain: () => {
      drained ??= drain(connection, publisher, () => reader.stopAll());
      return drained;
    },
  };
}

async function drain(
  connection: NatsConnection,
  publisher: AcknowledgedPublisher,
  stopReading: () => void,
): Promise<void> {
  if (connection.isClosed()) return;
  stopReading();
  const deadlineMs = systemClock.monotonicMs() + drainMsMax;
  while (publisher.pendingCount > 0 && systemClock.monotonicMs() < deadlineMs) await systemClock.sleep(5);
  const given = new AbortController();
  const drained = connection.drain().catch(() => connection.close()); // not connected: there is nothing to finish
  void drained.then(() => given.abort());
  await systemClock.sleep(drainMsMax, given.signal);
  if (!connection.isClosed()) await connection.close();
}
