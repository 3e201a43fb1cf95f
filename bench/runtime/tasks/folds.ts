import { DeliverPolicy } from "@nats-io/jetstream";
import { FoldActor } from "../../../runtime/folds/fold-actor.ts";
import { natsTools, openBenchConnection } from "../actor-tools.ts";
import { dialBareJetStream } from "../bare-nats.ts";
import { perSecond } from "../load.ts";
import { tally } from "../tally.ts";

interface Filled {
  readonly url: string;
  readonly key: string;
  readonly messages: number;
}

const writersMax = 256;
const lookMs = 1;
let reading = 0;

export async function fillStream({
  url,
  key,
  messages,
  bytes,
}: Filled & { readonly bytes: number }): Promise<void> {
  const connection = await openBenchConnection(url);
  const data = new Uint8Array(bytes).fill(120);
  let left = messages;
  const write = async (): Promise<void> => {
    while (left-- > 0) {
      const outcome = await connection.writer.append(`events.${key}`, data, { timeoutMs: 30_000 });
      if (outcome.kind !== "stored") throw new Error(`not stored: ${outcome.kind}`);
    }
  };
  await Promise.all(Array.from({ length: writersMax }, write));
  await connection.drain();
}

/** Messages per second of the client library's ordered consumer with a handler that counts. */
export async function consumeBare(input: Filled & { readonly bufferedMax: number }): Promise<number> {
  const { connection, client } = await dialBareJetStream(input.url);
  const consumer = await client.consumers.get("EVENTS", {
    filter_subjects: `events.${input.key}`,
    deliver_policy: DeliverPolicy.All,
  });
  const started = performance.now();
  let [messages, bytes] = [0, 0];
  await new Promise<void>((done, failed) => {
    consumer
      .consume({
        max_messages: input.bufferedMax,
        callback: ({ data }) => {
          messages++;
          bytes += data.length;
          if (messages === input.messages) done();
        },
      })
      .catch(failed);
  });
  const rate = perSecond(messages, performance.now() - started);
  await connection.close();
  return bytes > 0 ? rate : 0;
}

/** Messages per second of a fold actor from its first message to the last, with its snapshots. */
export async function foldThroughActor(input: Filled): Promise<number> {
  const connection = await openBenchConnection(input.url);
  const tools = await natsTools(connection);
  // A key of its own each time: it would go on from the snapshot of the reading before.
  const address = { kind: "tally", key: `${input.key}/${reading++}` };
  const started = performance.now();
  const actor = new FoldActor(tally, address, tools);
  for (;;) {
    const reply = await actor.ask({ id: "look", by: "bench", message: null });
    if (reply.ok && (reply.value as { messages: number }).messages >= input.messages) break;
    await tools.clock.sleep(lookMs);
  }
  const rate = perSecond(input.messages, performance.now() - started);
  await actor.stop();
  await connection.drain();
  return rate;
}
