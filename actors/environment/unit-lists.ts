import { assert } from "../../protocols/assert.ts";
import type { UnitId } from "../../protocols/ids.ts";
import { unitIdLength, type UnitListName } from "../../protocols/segment-units.ts";
import type { EpochMs } from "../../protocols/time.ts";
import type { Contents } from "./contents.ts";
import { isRemoved, type Histories, type Revision } from "./history.ts";
import { own } from "./own.ts";

// Long unit lists, kept apart from the segments that use them: every revision of a segment names its lists, so an edit of
// a segment's rules does not copy a million ids.

/** Ids laid end to end, in pieces as they arrived: 22 bytes an id, where an array of texts takes 50. */
export interface UnitList {
  readonly count: number;
  readonly pieces: readonly string[];
}

/** A list on its way: it becomes a segment's when a put names it. */
export interface Upload extends UnitList {
  readonly segment: string;
  readonly list: UnitListName;
  /** Of the last piece. */
  readonly at: EpochMs;
}

/** Uploads under way at once, in one environment: with the longest lists 176 MB. */
export const uploadsMax = 4;
/** An upload that nobody continues or uses is dropped. */
export const uploadIdleMs = 3_600_000;
/** A list that no draft uses is kept for this many versions: what rolling back may need. */
export const listVersionsKept = 10;

export const packed = (units: readonly UnitId[]): UnitList => ({
  count: units.length,
  pieces: [units.join("")],
});

/** Unpacked once and shared by every plan that holds the list. */
const unpackedLists = new WeakMap<UnitList, readonly UnitId[]>();

export function unpacked(list: UnitList): readonly UnitId[] {
  let units = unpackedLists.get(list);
  if (units === undefined) unpackedLists.set(list, (units = slice(list, 0, list.count)));
  return units;
}

/** Some of a list's units, without unpacking the rest. */
export function slice({ pieces }: UnitList, from: number, count: number): UnitId[] {
  const units: UnitId[] = [];
  let passed = 0;
  for (const piece of pieces) {
    const held = piece.length / unitIdLength;
    for (let at = Math.max(0, from - passed); at < held && units.length < count; at++)
      units.push(piece.slice(at * unitIdLength, (at + 1) * unitIdLength) as UnitId);
    passed += held;
  }
  return units;
}

/** Whether the unit is in the list, at its own place and not across two others. */
export function holds({ pieces }: UnitList, unit: UnitId): boolean {
  assert(unit.length === unitIdLength, "unit ids have one length");
  return pieces.some((piece) => {
    for (let at = piece.indexOf(unit); at >= 0; at = piece.indexOf(unit, at + 1))
      if (at % unitIdLength === 0) return true;
    return false;
  });
}

interface Keeping {
  readonly histories: Pick<Histories, "segments">;
  readonly published: Pick<Contents, "segments">;
  readonly publications: { readonly length: number };
  readonly lists: Readonly<Record<string, UnitList>>;
  readonly listUses: Readonly<Record<string, number>>;
}

/** Forgets lists that neither a draft nor one of the newest versions holds. */
export function keptLists<State extends Keeping>(state: State): State {
  const names = Object.keys(state.lists);
  if (names.length === 0) return state;
  const version = state.publications.length;
  const uses = { ...state.listUses };
  for (const [key, number] of Object.entries(state.published.segments))
    for (const name of namesOf(own(state.histories.segments, key)?.revisions[number - 1]))
      uses[name] = version;
  const drafted = new Set(
    Object.values(state.histories.segments).flatMap((history) =>
      isRemoved(history) ? [] : namesOf(history.revisions.at(-1)),
    ),
  );
  const kept = names.filter(
    (name) => drafted.has(name) || (uses[name] ?? -Infinity) > version - listVersionsKept,
  );
  return {
    ...state,
    lists: pick(state.lists, kept),
    listUses: pick(uses, kept),
  };
}

const namesOf = (revision: Revision<unknown> | undefined): string[] => Object.values(revision?.lists ?? {});

const pick = <Value>(
  record: Readonly<Record<string, Value>>,
  keys: readonly string[],
): Record<string, Value> => Object.fromEntries(Object.entries(record).filter(([key]) => keys.includes(key)));
