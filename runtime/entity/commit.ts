import type { EpochMs } from "../../protocols/time.ts";
import type { Reply } from "../../protocols/errors.ts";

// One commit is one message: all events of one step, or of the few that arrived while the commit before was on its way.
// A fence is a commit without events: it proves ownership when an actor opens.

export interface CommittedStep {
  /** Command id: a repeated command is answered from the journal. */
  readonly id: string;
  readonly by: string;
  readonly at: EpochMs;
  readonly events: readonly unknown[];
  readonly reply: Reply;
}

/** What the message holds. The first step's fields stand at the top, those of later ones under `also`. */
export interface Commit extends CommittedStep {
  /** Commit id: how an append of unknown outcome recognises itself. */
  readonly cid: string;
  /** The commit before, so that a hole or a second history shows at replay. Empty for the first. */
  readonly prev: string;
  readonly epoch: number;
  readonly also?: readonly CommittedStep[];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const encodeCommit = (commit: Commit): Uint8Array => encoder.encode(JSON.stringify(commit));
export const decodeCommit = (data: Uint8Array): Commit => JSON.parse(decoder.decode(data)) as Commit;

/** The steps of a commit in their order; none for a fence. */
export function stepsOf(commit: Commit): readonly CommittedStep[] {
  const first = commit.events.length === 0 ? [] : [commit];
  return commit.also === undefined ? first : [...first, ...commit.also];
}

export function commitOf(
  links: { readonly cid: string; readonly prev: string; readonly epoch: number },
  [first, ...also]: readonly [CommittedStep, ...CommittedStep[]],
): Commit {
  return { ...links, ...first, ...(also.length === 0 ? {} : { also }) };
}

export function fenceOf(
  links: { readonly cid: string; readonly prev: string; readonly epoch: number },
  by: string,
  at: EpochMs,
): Commit {
  return { ...links, at, by, id: links.cid, events: [], reply: { ok: true, value: null } };
}
