import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";

/** For tests: deletes every consumer of a stream behind its readers' backs, as a lost leader would. */
export async function deleteConsumers(url: string, stream: string): Promise<number> {
  const connection = await connect({ servers: url });
  const manager = await jetstreamManager(connection);
  let count = 0;
  for await (const { name } of manager.consumers.list(stream)) {
    await manager.consumers.delete(stream, name);
    count++;
  }
  await connection.close();
  return count;
}
