import type { ActorTools, Ownership } from "../hosting/actor-tools.ts";
import type { Address } from "../messaging/address.ts";
import { addressText, journalSubject } from "../messaging/address.ts";
import { Backoff } from "../backoff.ts";
import { decodeCommit, fenceOf } from "./commit.ts";
import { applyCommit, emptyEnvelope, restoredFrom } from "./envelope.ts";
import type { AnyBehaviour, Restored } from "./envelope.ts";
import { newestTail, settleAppend } from "./settle.ts";
import { RememberedReplies } from "./remembered-replies.ts";

// How an entity actor comes to life.
//   O1. A tail with a newer epoch than ours means that we are not the owner: the shard is given up.
//   O2. A fence commit behind the tail is the moment of ownership: whoever wrote before cannot write after.
//   O3. State is complete only when the fence itself has been replayed; a replica that lags ends no replay.

export type Loaded = ({ readonly kind: "loaded" } & Restored) | { readonly kind: "not_owner" };

/** Throws when it cannot be loaded now: no leader, a broken journal, an event that does not apply. */
export async function loadEntity(
  behaviour: AnyBehaviour,
  address: Address,
  tools: ActorTools,
  ownership: Ownership,
): Promise<Loaded> {
  const subject = journalSubject(address);
  const settling = {
    clock: tools.clock,
    backoff: new Backoff(tools.random, { baseMs: 20, maxMs: 1_000 }),
    owned: ownership.owned,
  };
  const tail = await newestTail(tools.journal, subject, settling);
  if (tail.kind === "unread") return { kind: "not_owner" };
  if ((tail.commit?.epoch ?? 0) > ownership.epoch) {
    ownership.surrender(); // O1
    return { kind: "not_owner" };
  }

  const cid = tools.random.hex(8);
  const links = { cid, prev: tail.commit?.cid ?? "", epoch: ownership.epoch };
  const commit = fenceOf(links, ownership.host, tools.clock.now());
  const fence = await settleAppend(tools.journal, { subject, expected: tail.sequence, commit }, settling); // O2
  if (fence.kind === "abandoned") return { kind: "not_owner" };
  if (fence.kind !== "stored")
    throw new Error(`the fence of ${addressText(address)} was not stored: ${fence.kind}`);

  const start = await startingPoint(behaviour, address, tools, fence.sequence);
  const { remembered } = start;
  let { envelope, position } = start;
  for await (const entry of tools.journal.read(subject, position.sequence, fence.sequence)) {
    const read = decodeCommit(entry.data);
    envelope = applyCommit(behaviour, envelope, { commit: read, previous: position.cid, remembered });
    position = { sequence: entry.sequence, cid: read.cid };
  }
  if (position.cid !== cid) throw new Error(`the replay of ${addressText(address)} ended before its fence`); // O3
  return { kind: "loaded", envelope, position, remembered };
}

async function startingPoint(
  behaviour: AnyBehaviour,
  address: Address,
  { snapshots, log }: ActorTools,
  fenceSequence: number,
): Promise<Restored> {
  const snapshot = await snapshots.load(address, behaviour.version);
  const restored = snapshot === undefined ? undefined : restoredFrom(snapshot);
  if (snapshot !== undefined && restored === undefined)
    log.warn("snapshot_unreadable", { actor: addressText(address) });
  if (restored !== undefined && restored.position.sequence < fenceSequence) return restored;
  const position = { sequence: 0, cid: "" };
  return { envelope: emptyEnvelope(behaviour, address.key), position, remembered: new RememberedReplies() };
}
