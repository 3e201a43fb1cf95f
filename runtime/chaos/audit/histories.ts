import { decodeCommit, stepsOf } from "../../entity/commit.ts";
import type { Commit, CommittedStep } from "../../entity/commit.ts";
import type { StreamMessage } from "../../ports/connection.ts";
import type { Found } from "./violation.ts";

/** One actor's journal as it stands in the stream. */
export interface History {
  /** `<kind>.<key>` */
  readonly actor: string;
  readonly steps: CommittedStep[];
  /** Who opened the actor, and when: a host writes such a mark before anything else. */
  readonly openings: { readonly host: string; readonly atMs: number }[];
  commits: number;
  lastCid: string;
  epoch: number;
}

/**
 * Reads the journal stream from its first message to its last and checks each actor's chain: every commit continues
 * the one before, epochs never go back, and an epoch begins with its owner's mark.
 */
export async function readHistories(
  messages: AsyncIterable<StreamMessage>,
  found: Found,
): Promise<ReadonlyMap<string, History>> {
  const histories = new Map<string, History>();
  const cids = new Set<string>();
  let sequence = 0;
  for await (const message of messages) {
    if (message.sequence !== sequence + 1)
      found("lost", `the journal stream has no message between ${sequence} and ${message.sequence}`);
    sequence = message.sequence;
    const actor = message.subject.slice("log.".length);
    const history = histories.get(actor) ?? emptyHistory(actor);
    histories.set(actor, history);
    const commit = decodeCommit(message.data);
    if (cids.has(commit.cid)) found("doubled", `commit ${commit.cid} of ${actor} stands twice`);
    cids.add(commit.cid);
    follow(history, commit, found);
  }
  return histories;
}

const emptyHistory = (actor: string): History => ({
  actor,
  steps: [],
  openings: [],
  commits: 0,
  lastCid: "",
  epoch: 0,
});

function follow(history: History, commit: Commit, found: Found): void {
  const { actor } = history;
  const place = `commit ${history.commits + 1} of ${actor}`;
  if (commit.prev !== history.lastCid)
    found("interleaved", `${place} continues ${commit.prev || "nothing"}, not ${history.lastCid}`);
  if (commit.epoch < history.epoch)
    found("interleaved", `${place} has epoch ${commit.epoch} after ${history.epoch}`);
  const steps = stepsOf(commit);
  if (steps.length === 0) history.openings.push({ host: commit.by, atMs: commit.at });
  else if (commit.epoch > history.epoch)
    found("interleaved", `${place} begins epoch ${commit.epoch} without its owner's mark`);
  history.steps.push(...steps);
  history.commits++;
  history.lastCid = commit.cid;
  history.epoch = Math.max(history.epoch, commit.epoch);
}
