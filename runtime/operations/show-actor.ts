import type { ActorDetail, ActorRow } from "../../protocols/actor-operations.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply, RuntimeFailure } from "../../protocols/errors.ts";
import { emptyRestored, restoredFrom } from "../entity/envelope.ts";
import type { AnyBehaviour, Restored } from "../entity/envelope.ts";
import { journalSubject } from "../messaging/address.ts";
import type { Address } from "../messaging/address.ts";
import type { AnyFold } from "../folds/fold-actor.ts";
import type { HeldState } from "../hosting/activation.ts";
import type { StreamReader } from "../ports/connection.ts";
import type { Snapshot, Snapshots } from "../ports/snapshots.ts";
import { excerptOf } from "./excerpt.ts";
import type { Known } from "./known-kinds.ts";
import { firstCommit, readAside } from "./read-aside.ts";
import type { AsideTools } from "./read-aside.ts";

// Everything there is to know of one actor, awake or asleep. Together below a message of 1 MiB: the state takes half of
// it, timers and effects share a quarter.

const stateBytesMax = 512 * 1024;
/** A snapshot is opened in one piece, and other actors wait meanwhile: some 50 ms. */
const decodedBytesMax = 8 * 1024 * 1024;
const listedMax = 50;
const listedBytesMax = 4 * 1024;
/** A journal that takes longer from its snapshot on is `replay`'s business. */
const readMsMax = 3_000;

export interface ShowTools extends AsideTools {
  readonly snapshots: Pick<Snapshots, "load">;
  readonly reader: Pick<StreamReader, "bounds" | "lastSequence">;
}
interface Seen {
  readonly place: Pick<ActorDetail, "shard" | "host">;
  readonly live: ActorRow | undefined;
  /** Of a live fold. */
  readonly held: HeldState | undefined;
}

export async function showActor(
  address: Address,
  known: Known,
  { place, live, held }: Seen,
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
  return succeed({ ...head, ...nothing, ...(await foldParts(known.behaviour, address, held, tools)) });
}

const sizeOf = ({ position, version, bytes, time }: Snapshot) => ({
  position,
  version,
  bytes: bytes.length,
  ...(time === undefined ? {} : { time }),
});

/** A live fold's state is looked at where it is, between two messages; of a sleeping one its snapshot speaks. */
async function foldParts(
  behaviour: AnyFold,
  address: Address,
  held: HeldState | undefined,
  tools: ShowTools,
): Promise<Partial<ActorDetail>> {
  const snapshot = await tools.snapshots.load(address, behaviour.version);
  const { stream } = behaviour;
  const subject = behaviour.subjectOf(address.key);
  const { first } = await tools.reader.bounds(stream);
  const last = await tools.reader.lastSequence(stream, subject);
  const parts: Partial<ActorDetail> = {
    stream: { stream, subject, first, last },
    ...(snapshot === undefined ? {} : { snapshot: sizeOf(snapshot) }),
  };
  try {
    const shown = held ?? decoded(behaviour, snapshot);
    if (shown === undefined) return parts;
    const { state, position: statePosition } = shown;
    const outline = behaviour.outline === undefined ? state : behaviour.outline(state);
    return { ...parts, state: excerptOf(outline, stateBytesMax), statePosition };
  } catch (error) {
    return { ...parts, problem: error instanceof Error ? error.message : String(error) };
  }
}

function decoded(behaviour: AnyFold, snapshot: Snapshot | undefined): HeldState | undefined {
  if (snapshot === undefined) return undefined;
  const { position, bytes } = snapshot;
  if (bytes.length > decodedBytesMax)
    throw new Error(`the snapshot has ${bytes.length} bytes: too many to be opened here while it sleeps`);
  return { state: behaviour.decode(bytes), position };
}

async function entityParts(
  behaviour: AnyBehaviour,
  address: Address,
  upTo: number,
  tools: ShowTools,
): Promise<Partial<ActorDetail>> {
  const snapshot = await tools.snapshots.load(address, behaviour.version);
  const restored = snapshot === undefined ? undefined : restoredFrom(behaviour, snapshot);
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
