import type { Backoff } from "../backoff.ts";
import type { Clock } from "../ports/clock.ts";
import type { JournalLog } from "../ports/journal.ts";
import { decodeCommit } from "./commit.ts";
import type { Commit } from "./commit.ts";

// What became of an append.
//   J1. An append is reported stored, or refused, only when that is certain; it is settled, not guessed.
//   J2. Certainty comes from the subject's last message, read from the leader and compared by commit id.
//   J3. What is sent again is the same bytes: at most one copy can be stored, whichever attempt arrives.

export type Settled =
  | { readonly kind: "stored"; readonly sequence: number }
  /** Somebody else writes. Ours may stand before theirs or not at all: whoever replays the log knows. */
  | { readonly kind: "fenced"; readonly epoch: number }
  /** Refused for lack of room, certainly not stored. */
  | { readonly kind: "full" }
  /** Refused for good, certainly not stored. */
  | { readonly kind: "refused"; readonly reason: string }
  /** The leader keeps an older tail than the one we wrote behind: the log lost acknowledged commits. */
  | { readonly kind: "rolled_back"; readonly tail: number }
  /** We stopped owning the shard before the outcome was known. */
  | { readonly kind: "abandoned" };

/** Leader reads that contradict an acknowledged tail before we believe them: an old leader may answer for a moment. */
const staleTailsMax = 20;

export async function settleAppend(
  log: JournalLog,
  attempt: {
    readonly subject: string;
    readonly expected: number;
    readonly cid: string;
    readonly data: Uint8Array;
  },
  tools: { readonly clock: Clock; readonly backoff: Backoff; readonly owned: () => boolean },
): Promise<Settled> {
  const { subject, expected, cid, data } = attempt;
  let doubtful = false; // an attempt may still be under way
  let staleTails = 0;
  while (tools.owned()) {
    const outcome = await log.append(subject, data, expected);
    if (outcome.kind === "stored") return outcome;
    if ((outcome.kind === "full" || outcome.kind === "refused") && !doubtful) return outcome;
    doubtful ||= outcome.kind === "unknown";

    const tail = await newestTail(log, subject, tools);
    if (tail.kind === "unread") break;
    if (tail.commit?.cid === cid) return { kind: "stored", sequence: tail.sequence };
    if (tail.sequence > expected) return { kind: "fenced", epoch: tail.commit?.epoch ?? 0 };
    if (tail.sequence < expected && ++staleTails >= staleTailsMax)
      return { kind: "rolled_back", tail: tail.sequence };
    await tools.clock.sleep(tools.backoff.nextMs());
  }
  return { kind: "abandoned" };
}

type Tail =
  | { readonly kind: "read"; readonly sequence: number; readonly commit?: Commit }
  | { readonly kind: "unread" };

/** Asks until the leader answers or the shard is not ours any more. */
export async function newestTail(
  log: JournalLog,
  subject: string,
  {
    clock,
    backoff,
    owned,
  }: { readonly clock: Clock; readonly backoff: Backoff; readonly owned: () => boolean },
): Promise<Tail> {
  while (owned()) {
    try {
      const entry = await log.tail(subject);
      if (entry === undefined) return { kind: "read", sequence: 0 };
      return { kind: "read", sequence: entry.sequence, commit: decodeCommit(entry.data) };
    } catch {
      await clock.sleep(backoff.nextMs()); // no leader just now
    }
  }
  return { kind: "unread" };
}
