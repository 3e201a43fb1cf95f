import type { Versioned } from "./versioned.ts";
import type { Segment } from "./flag.ts";
import type { UnitId } from "./ids.ts";

// Unit lists of segments. Short ones stand in the segment; long ones are sent in pieces, and read in pieces.

/** Characters of a unit id, all of them one byte. */
export const unitIdLength = 22;
/** 25 bytes an id as JSON: 500 kB, half of the largest message. */
export const unitsPerMessageMax = 20_000;
/** A longer list is shown by its count, so that the view of one segment stays below 60 kB. */
export const unitsShownMax = 1_000;
/** Twice the million that a list is meant to hold: 44 MB as the environment keeps it. */
export const unitsPerListMax = 2_000_000;

export const unitLists = ["included", "excluded"] as const;
export type UnitListName = (typeof unitLists)[number];

/** A list of more than `unitsShownMax` is empty in the entity; `units` counts them all. */
export interface SegmentView extends Versioned<Segment> {
  readonly units: Readonly<Record<UnitListName, number>>;
}

export interface UploadReceipt {
  readonly upload: string;
  /** Units that the upload holds now: where the next piece begins. */
  readonly count: number;
}

export interface UnitPage {
  readonly total: number;
  readonly units: readonly UnitId[];
  readonly next?: number;
}
