import { openClient } from "../../../runtime/index.ts";
import { openBenchConnection } from "../actor-tools.ts";
import { dialBare } from "../bare-nats.ts";
import { add, get } from "../counter.ts";
import { pipelined, type Load } from "../load.ts";

const subject = "bare.answer";
const timeoutMs = 10_000;

/** Answers every request with as many bytes. */
export async function answerBare({
  url,
  bytes,
}: {
  readonly url: string;
  readonly bytes: number;
}): Promise<void> {
  const connection = await dialBare(url);
  const answer = new Uint8Array(bytes).fill(120);
  connection.subscribe(subject, { callback: (_error, message) => void message.respond(answer) });
  await connection.flush();
}

/** Requests per second of the client library alone. */
export async function askBare(
  input: Load & { readonly url: string; readonly bytes: number },
): Promise<number> {
  const connection = await dialBare(input.url);
  const question = new Uint8Array(input.bytes).fill(120);
  const rate = await pipelined(input, () => connection.request(subject, question, { timeout: timeoutMs }));
  await connection.close();
  return rate;
}

/** Asks per second of actors that some host serves. */
export async function askActors(
  input: Load & { readonly url: string; readonly actors: number; readonly writes: boolean },
): Promise<number> {
  const connection = await openBenchConnection(input.url);
  const client = openClient(connection);
  const message = input.writes ? add : get;
  const addresses = Array.from({ length: input.actors }, (_, index) => ({
    kind: "counter",
    key: `ask-${index}`,
  }));
  let turn = 0;
  const ask = async (): Promise<void> => {
    const address = addresses[turn++ % addresses.length] as (typeof addresses)[number];
    const reply = await client.ask(address, message, { by: "bench", timeoutMs });
    if (!reply.ok) throw new Error(`refused: ${JSON.stringify(reply.failure)}`);
  };
  for (let index = 0; index < input.actors; index += input.concurrency)
    await Promise.all(Array.from({ length: Math.min(input.concurrency, input.actors - index) }, ask));
  const rate = await pipelined(input, ask);
  await connection.drain();
  return rate;
}
