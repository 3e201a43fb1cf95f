import { Buffer } from "node:buffer";
import type { EpochMs } from "../../protocols/time.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { TimerChange } from "../actor.ts";
import type { TellOrigin } from "../messaging/command.ts";

// One commit is one message: all of one step, or of the few that arrived while the commit before was on its way.
// A commit without steps is a fence, which proves ownership when an actor opens, or a mark of performed effects.

/** A timer may fire under another program than the one that set it: `v` says what its message is, 1 when absent. */
export type WrittenTimerChange = TimerChange & { readonly v?: number };

export interface CommittedStep {
  /** Command id: a repeated command is answered from the journal. */
  readonly id: string;
  readonly by: string;
  readonly at: EpochMs;
  readonly events: readonly unknown[];
  readonly reply: Reply;
  readonly effects?: readonly unknown[];
  readonly timers?: readonly WrittenTimerChange[];
  /** The timer that this step was: it ends with it. */
  readonly fired?: { readonly name: string; readonly number: number };
  readonly from?: TellOrigin;
  /** W3C trace context, for the effects of the step. */
  readonly trace?: string;
}

export interface CommitLinks {
  /** Commit id: how an append of unknown outcome recognises itself. */
  readonly cid: string;
  /** The commit before, so that a hole or a second history shows at replay. Empty for the first. */
  readonly prev: string;
  readonly epoch: number;
  /** Version of the events; 1 when absent. */
  readonly v?: number;
  /** Number of the last effect known to be performed. */
  readonly done?: number;
}

/** What the message holds. The first step's fields stand at the top, those of later ones under `also`. */
export interface Commit extends CommittedStep, CommitLinks {
  readonly also?: readonly CommittedStep[];
}

const decoder = new TextDecoder();

export const decodeCommit = (data: Uint8Array): Commit => JSON.parse(decoder.decode(data)) as Commit;

/** A commit as it is appended, over steps that are JSON already: each was encoded once, to be measured. */
export function encodeCommit(links: CommitLinks, steps: readonly [string, ...string[]]): Uint8Array {
  const [first, ...also] = steps;
  const more = also.length === 0 ? "" : `,"also":[${also.join(",")}]`;
  // Not TextEncoder: its results have memory of their own, which takes ten times as long for a short text.
  return Buffer.from(`${JSON.stringify(links).slice(0, -1)},${first.slice(1, -1)}${more}}`);
}

/** A commit without steps. */
export function encodeMark(links: CommitLinks, by: string, at: EpochMs): Uint8Array {
  const nothing: CommittedStep = { id: links.cid, by, at, events: [], reply: { ok: true, value: null } };
  return encodeCommit(links, [JSON.stringify(nothing)]);
}

/** A step that changes nothing is never written: what looks like one fills the place of the first in a mark. */
const isStep = ({ events, effects, timers, fired }: CommittedStep): boolean =>
  events.length > 0 || effects !== undefined || timers !== undefined || fired !== undefined;

/** The steps of a commit in their order; none for a fence or a mark. */
export function stepsOf(commit: Commit): readonly CommittedStep[] {
  const first = isStep(commit) ? [commit] : [];
  return commit.also === undefined ? first : [...first, ...commit.also];
}
