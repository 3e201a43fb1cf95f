import { Entity } from "../../../runtime/entity/entity.ts";
import { journalSubject } from "../../../runtime/messaging/address.ts";
import type { Snapshot } from "../../../runtime/ports/snapshots.ts";
import { ownershipOf } from "../../../runtime/testing/actor-tools.ts";
import { asked, natsTools, openBenchConnection } from "../actor-tools.ts";
import { CountingJournal } from "../counting-journal.ts";
import { counter, get, note } from "../counter.ts";
import { hoard as hoarding } from "../hoard.ts";

/** Long histories are replayed whole. */
const counterWithoutSnapshots = { ...counter, snapshotEveryCommits: Number.MAX_SAFE_INTEGER };

/** Gives an entity a state of that size and waits until its snapshot is stored; bytes and time of that snapshot. */
export async function hoard(input: {
  readonly url: string;
  readonly key: string;
  readonly bytes: number;
}): Promise<{ readonly bytes: number; readonly ms: number }> {
  const connection = await openBenchConnection(input.url);
  const tools = await natsTools(connection);
  const { promise: saved, resolve } = Promise.withResolvers<{ bytes: number; ms: number }>();
  const snapshots = {
    load: (...given: Parameters<typeof tools.snapshots.load>) => tools.snapshots.load(...given),
    save: async (address: { kind: string; key: string }, snapshot: Snapshot): Promise<void> => {
      const started = performance.now();
      await tools.snapshots.save(address, snapshot);
      resolve({ bytes: snapshot.bytes.length, ms: performance.now() - started });
    },
  };
  const entity = new Entity(
    hoarding,
    { kind: "hoard", key: input.key },
    { ...tools, snapshots },
    ownershipOf(1),
  );
  await asked(entity, { bytes: input.bytes });
  const outcome = await saved;
  await entity.stop();
  await connection.drain();
  return outcome;
}

/** Writes a journal of commits of many events each, one after the other; bytes of it. */
export async function writeHistory(input: {
  readonly url: string;
  readonly key: string;
  readonly commits: number;
  readonly events: number;
}): Promise<{ readonly bytes: number }> {
  const connection = await openBenchConnection(input.url);
  const tools = await natsTools(connection);
  const journal = new CountingJournal(tools.journal);
  const address = { kind: "counter", key: input.key };
  const entity = new Entity(counterWithoutSnapshots, address, { ...tools, journal }, ownershipOf(1));
  for (let commit = 0; commit < input.commits; commit++)
    await asked(entity, { type: "burst", events: input.events, note: note.slice(0, 20) });
  await entity.stop();
  await connection.drain();
  return { bytes: journal.bytes };
}

/** From nothing in memory to the first answer. */
export async function activate(input: {
  readonly url: string;
  readonly kind: "counter" | "hoard";
  readonly key: string;
}): Promise<{ readonly ms: number; readonly readMs: number }> {
  const connection = await openBenchConnection(input.url);
  const tools = await natsTools(connection);
  const { kind, key } = input;
  const behaviour = kind === "counter" ? counterWithoutSnapshots : hoarding;
  const started = performance.now();
  const entity = new Entity(behaviour, { kind, key }, tools, ownershipOf(1));
  await asked(entity, kind === "counter" ? get : {});
  const ms = performance.now() - started;
  await entity.stop();
  const readStarted = performance.now();
  if (kind === "counter") {
    const subject = journalSubject({ kind, key });
    const last = (await tools.journal.tail(subject))?.sequence ?? 0;
    for await (const { data } of tools.journal.read(subject, 0, last))
      JSON.parse(new TextDecoder().decode(data));
  } else await tools.snapshots.load({ kind, key }, hoarding.version);
  const readMs = performance.now() - readStarted;
  await connection.drain();
  return { ms, readMs };
}
