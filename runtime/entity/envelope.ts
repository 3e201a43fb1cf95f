import { deserialize, serialize } from "node:v8";
import { assert } from "../../protocols/assert.ts";
import type { Behaviour } from "../actor.ts";
import { stepsOf } from "./commit.ts";
import type { Commit, CommittedStep } from "./commit.ts";
import { RememberedReplies } from "./remembered-replies.ts";
import type { Snapshot } from "../ports/snapshots.ts";

/** A behaviour whose types the runtime does not know: it only carries them from one method to the other. */
export type AnyBehaviour = Behaviour<unknown, unknown, unknown, unknown, unknown>;

/** An actor's state with what the runtime must know to continue it. */
export interface Envelope {
  readonly state: unknown;
  /** Events applied since the actor's beginning; the number of the last one. */
  readonly events: number;
}

/** Where an actor's journal stands, as far as it is acknowledged. */
export interface JournalPosition {
  readonly sequence: number;
  readonly cid: string;
}

export const emptyEnvelope = (behaviour: AnyBehaviour, key: string): Envelope => ({
  state: behaviour.init(key),
  events: 0,
});

/** Applies a step's events, numbering each: an event's number is the same at every replay, a stream's sequence is not known yet. */
export function applyStep(
  behaviour: AnyBehaviour,
  before: Envelope,
  { events, at: time }: Pick<CommittedStep, "events" | "at">,
) {
  let { state, events: sequence } = before;
  for (const event of events) state = behaviour.apply(state, event, { sequence: ++sequence, time });
  return { state, events: sequence };
}

/** Follows one commit of the journal, checking that it continues the one before. */
export function applyCommit(
  behaviour: AnyBehaviour,
  before: Envelope,
  {
    commit,
    previous,
    remembered,
  }: { readonly commit: Commit; readonly previous: string; readonly remembered: RememberedReplies },
): Envelope {
  assert(
    commit.prev === previous,
    `commit ${commit.cid} continues ${commit.prev}, not ${previous}: the journal has a hole`,
  );
  let envelope = before;
  for (const step of stepsOf(commit)) {
    envelope = applyStep(behaviour, envelope, step);
    remembered.add(step.id, step.reply);
  }
  return envelope;
}

/** Structured clone rather than JSON: a state may hold maps, sets and typed arrays. */
export function snapshotOf(
  behaviour: AnyBehaviour,
  {
    envelope,
    position,
    remembered,
  }: {
    readonly envelope: Envelope;
    readonly position: JournalPosition;
    readonly remembered: RememberedReplies;
  },
): Snapshot {
  const bytes = serialize({ ...envelope, cid: position.cid, remembered: remembered.entries() });
  return { version: behaviour.version, position: position.sequence, bytes };
}

export interface Restored {
  readonly envelope: Envelope;
  readonly position: JournalPosition;
  readonly remembered: RememberedReplies;
}

/** Reads `snapshotOf` back; undefined when the bytes are not what it wrote. */
export function restoredFrom({ position: sequence, bytes }: Snapshot): Restored | undefined {
  try {
    const { state, events, cid, remembered } = deserialize(bytes) as Envelope & {
      cid: string;
      remembered: [string, CommittedStep["reply"]][];
    };
    const position = { sequence, cid };
    return { envelope: { state, events }, position, remembered: new RememberedReplies(remembered) };
  } catch {
    return undefined; // written by a newer engine; the journal has it all
  }
}
