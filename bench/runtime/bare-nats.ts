import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { JetStreamClient, JetStreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import type { NatsConnection } from "@nats-io/transport-node";

// The peer: the same server through the client library alone, with the settings that make it fastest.

export const dialBare = (url: string): Promise<NatsConnection> =>
  connect({ servers: url, noAsyncTraces: true });

export async function dialBareJetStream(
  url: string,
): Promise<{ connection: NatsConnection; client: JetStreamClient; manager: JetStreamManager }> {
  const connection = await dialBare(url);
  return { connection, client: jetstream(connection), manager: await jetstreamManager(connection) };
}
