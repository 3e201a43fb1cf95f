import { jetstreamManager } from "@nats-io/jetstream";
import type { JetStreamManager, PurgeOpts } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";

// For tests: what operators and lost leaders do to streams behind everybody's back.

async function manage<Value>(
  url: string,
  work: (manager: JetStreamManager) => Promise<Value>,
): Promise<Value> {
  const connection = await connect({ servers: url });
  try {
    return await work(await jetstreamManager(connection));
  } finally {
    await connection.close();
  }
}

/** Deletes every consumer of a stream, as a lost leader would. */
export const deleteConsumers = (url: string, stream: string): Promise<number> =>
  manage(url, async (manager) => {
    let count = 0;
    for await (const { name } of manager.consumers.list(stream)) {
      await manager.consumers.delete(stream, name);
      count++;
    }
    return count;
  });

/** Removes all messages, or those before `seq`. */
export const purgeStream = (url: string, stream: string, options?: PurgeOpts): Promise<void> =>
  manage(url, async (manager) => void (await manager.streams.purge(stream, options)));

/** From here on the stream takes nothing, for ever. */
export const sealStream = (url: string, stream: string): Promise<void> =>
  manage(url, async (manager) => {
    const { config } = await manager.streams.info(stream);
    await manager.streams.update(stream, Object.assign(config, { sealed: true }));
  });

/** The stream is another one now: same name, same subjects, no messages. */
export const recreateStream = (url: string, stream: string): Promise<void> =>
  manage(url, async (manager) => {
    const { config } = await manager.streams.info(stream);
    await manager.streams.delete(stream);
    await manager.streams.add(config);
  });
