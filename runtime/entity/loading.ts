import type { ActorTools, Ownership } from "../hosting/actor-tools.ts";
import type { Address } from "../messaging/address.ts";
import { addressText, journalSubject } from "../messaging/address.ts";
import { Backoff } from "../backoff.ts";
import { decodeCommit, encodeMark } from "./commit.ts";
import { applyCommit, emptyRestored, restoredFrom } from "./envelope.ts";
import type { AnyBehaviour, Restored } from "./envelope.ts";
import { newestTail, settleAppend } from "./settle.ts";

// How an entity actor comes to life.
//   O1. A tail with a newer epoch than ours means that we are not the owner: the shard is given up.
//   O2. A fence commit behind the tail is the moment of ownership: whoever wrote before cannot write after.
//   O3. State is complete only when the fence itself has been replayed; a replica that lags ends no replay.

export type Loaded =
  | ({ readonly kind: "loaded"; readonly replayed: number } & Restored)
  | { readonly kind: "not_owner" };

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
  const data = encodeMark(links, ownership.host, tools.clock.now());
  const [fence, kept] = await Promise.all([
    settleAppend(tools.journal, { subject, expected: tail.sequence, cid, data }, settling), // O2
    keptState(behaviour, address, tools),
  ]);
  if (fence.kind === "abandoned") return { kind: "not_owner" };
  if (fence.kind !== "stored")
    throw new Error(`the fence of ${addressText(address)} was not stored: ${fence.kind}`);

  // A snapshot from beyond the fence is of a stream that was rolled back.
  const start =
    kept !== undefined && kept.position.sequence < fence.sequence
      ? kept
      : emptyRestored(behaviour, address.key);
  let restored = start;
  let commits = 0;
  // Between a tail that we know and the fence stored right behind it there is nothing to read (O3).
  const commitsUnread =
    start.position.sequence === tail.sequence
      ? [{ sequence: fence.sequence, data }]
      : tools.journal.read(subject, start.position.sequence, fence.sequence);
  for await (const entry of commitsUnread) {
    const { sequence } = entry;
    restored = applyCommit(behaviour, restored, { commit: decodeCommit(entry.data), sequence });
    commits++;
  }
  if (restored.position.cid !== cid)
    throw new Error(`the replay of ${addressText(address)} ended before its fence`); // O3
  tools.metrics.replayedCommits(commits, { kind: behaviour.kind });
  return { kind: "loaded", replayed: commits, ...restored };
}

async function keptState(
  behaviour: AnyBehaviour,
  address: Address,
  { snapshots, log, metrics }: ActorTools,
): Promise<Restored | undefined> {
  let restored: Restored | undefined;
  await snapshots.load(address, behaviour.version, {
    accepts: (snapshot) => (restored = restoredFrom(behaviour, snapshot)) !== undefined,
    rejected: (reason, position) => {
      metrics.snapshotsRejected(1, { kind: behaviour.kind, reason });
      log.warn("snapshot_rejected", { actor: addressText(address), reason, position });
    },
  });
  return restored;
}
