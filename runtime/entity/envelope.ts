import { deserialize, serialize } from "node:v8";
import type { EpochMs } from "../../protocols/time.ts";
import type { Behaviour } from "../actor.ts";
import type { Snapshot } from "../ports/snapshots.ts";
import { stepsOf } from "./commit.ts";
import type { Commit, CommittedStep } from "./commit.ts";
import { Defect } from "./defects.ts";
import { Remembered } from "./remembered.ts";
import type { RememberedEntries } from "./remembered.ts";
import { noTimers, timersAfter } from "./timers.ts";
import type { Timers } from "./timers.ts";

/** A behaviour whose types the runtime does not know: it only carries them from one method to the other. */
export type AnyBehaviour = Behaviour<unknown, unknown, unknown, unknown, unknown>;

/** An actor's state with what the runtime must know to continue it. Immutable: one is committed, one is ahead of it. */
export interface Envelope {
  readonly state: unknown;
  /** Events applied since the actor's beginning; the number of the last one. */
  readonly events: number;
  /** Effects asked for since the actor's beginning; the number of the last one. */
  readonly effects: number;
  readonly timers: Timers;
  /** Time of the last step. */
  readonly at: EpochMs;
}

/** Where an actor's journal stands, as far as it is acknowledged. */
export interface JournalPosition {
  readonly sequence: number;
  readonly cid: string;
}

export interface NumberedEffect {
  readonly number: number;
  readonly effect: unknown;
  readonly trace?: string | undefined;
}

/** Everything an activation begins with. */
export interface Restored {
  readonly envelope: Envelope;
  readonly position: JournalPosition;
  readonly remembered: Remembered;
  /** Number of the last effect known to be performed, and those after it. */
  readonly done: number;
  readonly pending: readonly NumberedEffect[];
}

export const emptyRestored = (behaviour: AnyBehaviour, key: string): Restored => ({
  envelope: { state: behaviour.init(key), events: 0, effects: 0, timers: noTimers, at: 0 as EpochMs },
  position: { sequence: 0, cid: "" },
  remembered: new Remembered(),
  done: 0,
  pending: [],
});

/** Applies a step, numbering events and effects: their numbers are the same at every replay. */
export function applyStep(behaviour: AnyBehaviour, before: Envelope, step: CommittedStep): Envelope {
  const { events, effects, at: time } = step;
  let { state, events: sequence } = before;
  for (const event of events) state = behaviour.apply(state, event, { sequence: ++sequence, time });
  return {
    state,
    events: sequence,
    effects: before.effects + (effects?.length ?? 0),
    timers: timersAfter(before.timers, step),
    at: time,
  };
}

/** The effects of a step, the first of which follows `last`. */
export const effectsOf = ({ effects = [], trace }: CommittedStep, last: number): NumberedEffect[] =>
  effects.map((effect, index) => ({ number: last + index + 1, effect, trace }));

/** Follows one commit of the journal, checking that it continues the one before. `remembered` is changed in place. */
export function applyCommit(
  behaviour: AnyBehaviour,
  before: Restored,
  { commit, sequence }: { readonly commit: Commit; readonly sequence: number },
): Restored {
  const { position, remembered } = before;
  if (commit.prev !== position.cid) {
    const text = `commit ${commit.cid} continues ${commit.prev}, not ${position.cid}: the journal has a hole`;
    throw new Defect("journal_broken", text);
  }
  const found = commit.v ?? 1;
  const supported = behaviour.eventVersion ?? 1;
  if (found > supported) {
    throw new Defect("newer_version", `commit ${commit.cid} has version ${found}, we know ${supported}`, {
      failure: { code: "newer_version", what: "journal", found, supported },
    });
  }
  const done = Math.max(before.done, commit.done ?? 0);
  let { envelope } = before;
  let pending = before.pending;
  for (const written of stepsOf(commit)) {
    const step = found < supported ? upcastStep(behaviour, written, found) : written;
    pending = step.effects === undefined ? pending : [...pending, ...effectsOf(step, envelope.effects)];
    try {
      envelope = applyStep(behaviour, envelope, step);
    } catch (cause) {
      throw new Defect("event_not_applied", `step ${step.id} of commit ${commit.cid} does not apply`, {
        cause,
      });
    }
    remembered.add(step);
  }
  if (pending[0] !== undefined && pending[0].number <= done)
    pending = pending.filter(({ number }) => number > done);
  return { envelope, position: { sequence, cid: commit.cid }, remembered, done, pending };
}

function upcastStep(behaviour: AnyBehaviour, step: CommittedStep, version: number): CommittedStep {
  if (behaviour.upcast === undefined) return step;
  return { ...step, events: step.events.map((event) => behaviour.upcast?.(event, version)) };
}

/** Written by this version of the runtime; an older one lacked effects and timers. */
const snapshotFormat = 2;
interface SnapshotContent {
  readonly format?: number;
  readonly state: unknown;
  readonly events: number;
  readonly cid: string;
  readonly effects?: number;
  readonly timers?: Timers;
  readonly at?: EpochMs;
  readonly done?: number;
  readonly pending?: readonly NumberedEffect[];
  readonly remembered: RememberedEntries | RememberedEntries["replies"];
  /** Version of the events that its writer knew; 1 when absent. */
  readonly v?: number;
}

/** Structured clone rather than JSON: a state may hold maps, sets and typed arrays. */
export function snapshotOf(behaviour: AnyBehaviour, restored: Restored): Snapshot {
  const { envelope, position, remembered, done, pending } = restored;
  const content: SnapshotContent = {
    format: snapshotFormat,
    ...envelope,
    cid: position.cid,
    done,
    pending,
    remembered: remembered.entries(),
    ...(behaviour.eventVersion === undefined ? {} : { v: behaviour.eventVersion }),
  };
  return { version: behaviour.version, position: position.sequence, bytes: serialize(content) };
}

/**
 * Reads `snapshotOf` back; undefined when the bytes are not what it wrote: the journal has it all. Nor is one of use that
 * a program with newer events wrote: it may stand for events that we must not pass over, so the journal has to say.
 */
export function restoredFrom(
  { eventVersion = 1 }: Pick<AnyBehaviour, "eventVersion">,
  { position: sequence, bytes }: Snapshot,
): Restored | undefined {
  try {
    const content = deserialize(bytes) as SnapshotContent;
    if ((content.format ?? 1) > snapshotFormat || (content.v ?? 1) > eventVersion) return undefined;
    const { state, events, cid, effects = 0, timers = noTimers, at = 0 as EpochMs } = content;
    const { done = 0, pending = [], remembered } = content;
    return {
      envelope: { state, events, effects, timers, at },
      position: { sequence, cid },
      remembered: new Remembered("replies" in remembered ? remembered : { replies: remembered, heard: [] }),
      done,
      pending,
    };
  } catch {
    return undefined;
  }
}
