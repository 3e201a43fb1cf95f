import type { KeptVariant } from "../../protocols/decision.ts";
import type { EnvironmentKey, UnitId } from "../../protocols/ids.ts";

/** One unit's place in the assignment store. */
export interface UnitPlace {
  readonly environment: EnvironmentKey;
  readonly unitId: UnitId;
  /** How long what is kept now stays. */
  readonly ttlMs: number;
}

/** What is asked for: an experiment in its present phase. */
export interface Wanted {
  readonly experiment: string;
  readonly phase: number;
}

export type Kept = Readonly<Record<string, KeptVariant>>;

/**
 * Remembers the first variant that each unit got in a phase of an experiment. Every gateway of an installation asks the
 * same store. Methods may throw: whoever asks decides without it then.
 */
export interface AssignmentStore {
  /** What is kept of these; the others are absent. */
  get(place: UnitPlace, wanted: readonly Wanted[]): Promise<Kept>;
  /** The first writer wins: answers the variant that is kept from now on, which may be another than the one given. */
  keep(place: UnitPlace, wanted: Wanted, variant: string): Promise<string>;
  /** Takes out all that is kept of a unit. */
  forget(who: Omit<UnitPlace, "ttlMs">): Promise<void>;
  /** Whether anything is kept of it. */
  holds(who: Omit<UnitPlace, "ttlMs">): Promise<boolean>;
  close(): Promise<void>;
}
