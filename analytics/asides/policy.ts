import type { Refill } from "../refill.ts";

// When something that was set aside is removed.
//   A1. Not before what took its place is level with the streams: until then it may be all there is.
//   A2. What the streams gave back completely has nothing of its own. It is kept for some days, for whoever wants to know
//       what broke; a deletion of a person does not wait for that.
//   A3. What the streams no longer had may be saved by hand. Some days are for that, whoever waits; without a deletion
//       that waits, it stays as long as its rows would have.

/** A folder, or a part of a table; when it was set aside, epoch ms. */
export interface Aside {
  readonly name: string;
  readonly at: number;
}

export interface Terms {
  readonly setAsideDays: number;
  readonly retentionDays: number;
}

interface Now {
  readonly nowMs: number;
  readonly isLevel: boolean;
  /** When this process looked whether rows are missing: what was set aside later is not known to be replaced. */
  readonly recoveredMs: number;
  readonly refill: Refill | undefined;
  /** A person was deleted, who may be in it. */
  readonly isDeletionWaiting: boolean;
}

const dayMs = 24 * 3_600_000;

/** When it may go, epoch ms; undefined while nobody knows (A1). */
export function removableAt({ at }: Aside, terms: Terms, now: Now): number | undefined {
  const { isLevel, recoveredMs, refill, isDeletionWaiting } = now;
  const wasMissed = refill !== undefined && refill.since >= at;
  if (!isLevel || (at > recoveredMs && !wasMissed)) return undefined; // A1
  const wasGivenBack = wasMissed && !refill.isPartial;
  if (wasGivenBack) return isDeletionWaiting ? at : at + terms.setAsideDays * dayMs; // A2
  const days = isDeletionWaiting ? terms.setAsideDays : Math.max(terms.retentionDays, terms.setAsideDays);
  return at + days * dayMs; // A3
}
