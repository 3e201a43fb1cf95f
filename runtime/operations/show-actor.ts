import type { ActorDetail, ActorRow } from "../../protocols/actor-operations.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply, RuntimeFailure } from "../../protocols/errors.ts";
import { emptyRestored, restoredFrom } from "../entity/envelope.ts";
import type { AnyBehaviour, Restored } from "../entity/envelope.ts";
import { journalSubject } from "../messaging/address.ts";
import type { Address } from "../messaging/address.ts";
import type { Snapshots } from "../ports/snapshots.ts";
import { excerptOf } from "./excerpt.ts";
import type { Known } from "./known-kinds.ts";
import { firstCommit, readAside } from "./read-aside.ts";
import type { AsideTools } from "./read-aside.ts";

// Everything there is to know of one actor, awake or asleep. Together below a message of 1 MiB: the state takes half of
// it, timers and effects share a quarter.

const stateBytesMax = 512 * 1024;
const listedMax = 50;
const listedBytesMax = 4 * 1024;
/** A journal that takes longer from its snapshot on is `replay`'s business. */
const readMsMax = 3_000;

export interface ShowTools extends AsideTools {
  readonly snapshots: Pick<Snapshots, "load">;
}
type Place = Pick<ActorDetail, "shard" | "host">;

export async function showActor(
  address: Address,
  known: Known,
  { place, live }: { readonly place: Place; readonly live: ActorRow | undefined },
  tools: ShowTools,
): Promise<Reply<ActorDetail, RuntimeFailure>> {
  const nothing = { timers: [], effects: [] };
  const head = { ...address, type: known.type, ...place, ...(live === undefined ? {} : { live }) };
  if (known.type === "entity") {
    const tail = await tools.journal.tail(journalSubject(address));
    if (tail === undefined && live === undefined) return fail({ code: "unknown_key", ...address }); // nobody asked it ever
    return succeed({
      ...head,
      ...nothing,
      ...(await entityParts(known.behaviour, address, tail?.sequence ?? 0, tools)),
    });
  }
  if (known.type === "service") return succeed({ ...head, ...nothing });
  const snapshot = await tools.snapshots.load(address, known.behaviour.version);
  return succeed({ ...head, ...nothing, ...(snapshot === undefined ? {} : { snapshot: sizeOf(snapshot) }) });
}

const sizeOf = ({ position, version, bytes }: { position: number; version: number; bytes: Uint8Array }) => ({
  position,
  version,
  bytes: bytes.length,
});

async function entityParts(
  behaviour: AnyBehaviour,
  address: Address,
  upTo: number,
  tools: ShowTools,
): Promise<Partial<ActorDetail>> {
  const snapshot = await tools.snapshots.load(address, behaviour.version);
  const restored = snapshot === undefined ? undefined : restoredFrom(snapshot);
  const parts: Partial<ActorDetail> = snapshot === undefined ? {} : { snapshot: sizeOf(snapshot) };
  try {
    const start = restored ?? emptyRestored(behaviour, address.key);
    const aside = await readAside(behaviour, address, { start, upTo, msMax: readMsMax }, tools);
    const first = await firstCommit(address, upTo, tools.journal);
    if (first === undefined) return parts;
    const { events, effects } = aside.restored.envelope;
    const journal = { subject: journalSubject(address), first, newest: [...aside.newest], events, effects };
    const unfinished = "the journal is too long to be read here; `replay` reads it";
    return aside.finished
      ? { ...parts, journal, ...stateParts(aside.restored) }
      : { ...parts, journal, problem: unfinished };
  } catch (error) {
    return { ...parts, problem: error instanceof Error ? error.message : String(error) };
  }
}

function stateParts({ envelope, pending }: Restored): Pick<ActorDetail, "state" | "timers" | "effects"> {
  const timers = [...envelope.timers.byName.values()].toSorted((a, b) => a.at - b.at).slice(0, listedMax);
  return {
    state: excerptOf(envelope.state, stateBytesMax),
    timers: timers.map(({ name, at, message }) => ({
      name,
      at,
      message: excerptOf(message, listedBytesMax),
    })),
    effects: pending
      .slice(0, listedMax)
      .map(({ number, effect }) => ({ number, effect: excerptOf(effect, listedBytesMax) })),
  };
}
