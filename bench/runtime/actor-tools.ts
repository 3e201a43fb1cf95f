import { streams } from "../../protocols/topology.ts";
import type { Connection } from "../../runtime/index.ts";
import { openConnection } from "../../runtime/index.ts";
import type { ActorTools } from "../../runtime/hosting/actor-tools.ts";
import type { Entity } from "../../runtime/entity/entity.ts";
import { systemRandom } from "../../runtime/ports/random.ts";
import { memoryTools } from "../../runtime/testing/actor-tools.ts";

const { control, events, dead } = streams;

export const openBenchConnection = (url: string): Promise<Connection> =>
  openConnection({ url, name: "bench", streams: [control, events, dead] });

/** Actors without a host, as a host would equip them: what is measured is the actor and its journal. */
export async function natsTools(
  connection: Connection,
): Promise<Pick<ActorTools, "journal" | "snapshots"> & ActorTools> {
  if (connection.store === undefined) throw new Error("a connection to a server has a store");
  return memoryTools({
    journal: connection.store.journal("CONTROL"),
    snapshots: await connection.store.snapshots("SNAPSHOTS"),
    random: systemRandom,
    reader: connection.reader,
    writer: connection.writer,
  });
}

let serial = 0;

/** Asks and insists on a good answer: a refusal would count as speed. */
export async function asked(entity: Entity, message: unknown): Promise<unknown> {
  const reply = await entity.ask({ id: `bench-${process.pid}-${serial++}`, by: "bench", message });
  if (!reply.ok) throw new Error(`refused: ${JSON.stringify(reply.failure)}`);
  return reply.value;
}
