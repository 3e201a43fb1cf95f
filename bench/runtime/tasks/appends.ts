import { Entity } from "../../../runtime/entity/entity.ts";
import { ownershipOf } from "../../../runtime/testing/actor-tools.ts";
import { asked, natsTools, openBenchConnection } from "../actor-tools.ts";
import { dialBareJetStream } from "../bare-nats.ts";
import { CountingJournal } from "../counting-journal.ts";
import { add, counter } from "../counter.ts";
import { perSecond, pipelined, type Load } from "../load.ts";

export type BareAppend =
  /** The client library's acknowledged publish. */
  | "library"
  /** The same, each behind the last message of its subject, as a journal must. */
  | "library, expecting"
  /** The runtime's own acknowledged publish, behind the last message, without actors. */
  | "runtime, expecting";

/** Each run writes to subjects of its own: to expect the last sequence, one must know it. */
let runs = 0;

/** Acknowledged appends per second, one under way per subject. */
export async function appendBare(
  input: Load & { readonly url: string; readonly bytes: number; readonly how: BareAppend },
): Promise<number> {
  const data = new Uint8Array(input.bytes).fill(120);
  const last: number[] = [];
  const run = runs++;
  const subjectOf = (lane: number): string => `log.bare.${process.pid}-${run}-${lane}`;
  if (input.how === "runtime, expecting") {
    const connection = await openBenchConnection(input.url);
    const { journal } = await natsTools(connection);
    const rate = await pipelined(input, async (lane) => {
      const outcome = await journal.append(subjectOf(lane), data, last[lane] ?? 0);
      if (outcome.kind !== "stored") throw new Error(`not stored: ${outcome.kind}`);
      last[lane] = outcome.sequence;
    });
    await connection.drain();
    return rate;
  }
  const { connection, client } = await dialBareJetStream(input.url);
  const expecting = input.how === "library, expecting";
  const rate = await pipelined(input, async (lane) => {
    const options = expecting ? { expect: { lastSubjectSequence: last[lane] ?? 0 } } : {};
    last[lane] = (await client.publish(subjectOf(lane), data, options)).seq;
  });
  await connection.close();
  return rate;
}

/** What actors write, driven in their own process: commands answered and commits acknowledged per second. */
export async function appendThroughActors(
  input: Load & { readonly url: string; readonly actors: number },
): Promise<{ readonly commands: number; readonly commits: number; readonly commitBytes: number }> {
  const connection = await openBenchConnection(input.url);
  const tools = await natsTools(connection);
  const journal = new CountingJournal(tools.journal);
  const run = runs++;
  const entities = Array.from({ length: input.actors }, (_, index) => {
    const address = { kind: "counter", key: `append-${process.pid}-${run}-${index}` };
    return new Entity(counter, address, { ...tools, journal }, ownershipOf(1));
  });
  await Promise.all(entities.map((entity) => asked(entity, add)));
  journal.reset();
  const started = performance.now();
  const commands = await pipelined(input, (lane) => asked(entities[lane % entities.length] as Entity, add));
  const ms = performance.now() - started;
  await Promise.all(entities.map((entity) => entity.stop()));
  await connection.drain();
  const { commits, bytes } = journal;
  return { commands, commits: perSecond(commits, ms), commitBytes: Math.round(bytes / commits) };
}
