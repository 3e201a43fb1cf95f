import type { CommitSummary } from "../../protocols/actor-operations.ts";
import { decodeCommit, stepsOf } from "../entity/commit.ts";
import type { Commit } from "../entity/commit.ts";
import { applyCommit } from "../entity/envelope.ts";
import type { AnyBehaviour, Restored } from "../entity/envelope.ts";
import { journalSubject } from "../messaging/address.ts";
import type { Address } from "../messaging/address.ts";
import type { Clock } from "../ports/clock.ts";
import type { JournalLog } from "../ports/journal.ts";

// An entity's journal read beside its owner: no fence is written, nobody is woken, nothing is changed.

export interface AsideTools {
  readonly journal: Pick<JournalLog, "tail" | "read">;
  readonly clock: Clock;
}

export interface Aside {
  readonly restored: Restored;
  /** Commits applied. */
  readonly commits: number;
  /** The last few of them, oldest first. */
  readonly newest: readonly CommitSummary[];
  /** False: the time was over before the end. */
  readonly finished: boolean;
}

/** As many as a terminal shows beside the rest. */
const newestMax = 10;
/** Live actors of this process wait behind us no longer than that. */
const turnMsMax = 5;

/** Applies the commits behind `start` up to a sequence. Throws what an activation would throw: a hole, a newer event. */
export async function readAside(
  behaviour: AnyBehaviour,
  address: Address,
  { start, upTo, msMax }: { readonly start: Restored; readonly upTo: number; readonly msMax: number },
  { journal, clock }: AsideTools,
): Promise<Aside> {
  const endMs = clock.monotonicMs() + msMax;
  let turnMs = clock.monotonicMs();
  let restored = start;
  let commits = 0;
  const newest: CommitSummary[] = [];
  for await (const { sequence, data } of journal.read(
    journalSubject(address),
    start.position.sequence,
    upTo,
  )) {
    const commit = decodeCommit(data);
    restored = applyCommit(behaviour, restored, { commit, sequence });
    commits++;
    newest.push(summaryOf(commit, sequence));
    if (newest.length > newestMax) newest.shift();
    const nowMs = clock.monotonicMs();
    if (nowMs > endMs) return { restored, commits, newest, finished: false };
    if (nowMs - turnMs < turnMsMax) continue;
    await clock.turn();
    turnMs = clock.monotonicMs();
  }
  return { restored, commits, newest, finished: true };
}

export async function firstCommit(
  address: Address,
  upTo: number,
  journal: AsideTools["journal"],
): Promise<CommitSummary | undefined> {
  for await (const { sequence, data } of journal.read(journalSubject(address), 0, upTo))
    return summaryOf(decodeCommit(data), sequence);
  return undefined;
}

export function summaryOf(commit: Commit, sequence: number): CommitSummary {
  const steps = stepsOf(commit);
  const { at, by, epoch } = commit;
  return {
    sequence,
    at,
    by,
    epoch,
    steps: steps.length,
    events: steps.reduce((sum, { events }) => sum + events.length, 0),
    effects: steps.reduce((sum, { effects = [] }) => sum + effects.length, 0),
  };
}
