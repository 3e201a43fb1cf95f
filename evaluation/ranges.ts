import type { VariantRange } from "../protocols/experiment.ts";
import { bucketCount } from "./bucket.ts";
import { spansOf } from "./shares.ts";

// Which buckets belong to which variant after a change of weights. A variant that gets less keeps that many of its own
// buckets, one that gets more keeps all of them; so the buckets that change hands are the sum of what is gained, and no
// other dealing moves fewer.

interface Weighted {
  readonly key: string;
  readonly weight: number;
}

/** Half-open; `owner` is a place in the new list, undefined while the buckets are to be given away. */
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly owner: number | undefined;
}

const sizeOf = ({ from, to }: Piece): number => to - from;

/**
 * The ranges for `after`, from those before (absent: the old weights laid end to end). Variants are the same when their
 * keys are, wherever they stand. Weights sum to 10 000 on both sides.
 */
export function rangesAfter(
  ranges: readonly VariantRange[] | undefined,
  before: readonly Weighted[],
  after: readonly Weighted[],
): VariantRange[] {
  const present = ranges ?? spansOf(before).map(({ from, to, place }) => ({ from, to, variant: place }));
  const placeOf = new Map(after.map(({ key }, place) => [key, place]));
  const owned = present.map(({ from, to, variant }): Piece => {
    const key = before[variant]?.key;
    return { from, to, owner: key === undefined ? undefined : placeOf.get(key) };
  });
  const kept = released(whole(owned), after);
  return dealt(kept, after).map(({ from, to, owner }) => ({ from, to, variant: owner ?? 0 }));
}

/** In order, without gaps: what nobody owned is to be given away. */
function whole(pieces: readonly Piece[]): Piece[] {
  const filled: Piece[] = [];
  let reached = 0;
  for (const { from, to, owner } of pieces.toSorted((a, b) => a.from - b.from)) {
    if (from > reached) filled.push({ from: reached, to: from, owner: undefined });
    if (to > Math.max(from, reached)) filled.push({ from: Math.max(from, reached), to, owner });
    reached = Math.max(reached, to);
  }
  if (reached < bucketCount) filled.push({ from: reached, to: bucketCount, owner: undefined });
  return merged(filled);
}

/** Takes from each variant what it has too much: its smallest pieces first, so that pieces do not multiply. */
function released(pieces: readonly Piece[], after: readonly Weighted[]): Piece[] {
  const result = new Set(pieces);
  for (const [place, { weight }] of after.entries()) {
    const own = pieces.filter(({ owner }) => owner === place).sort((a, b) => sizeOf(a) - sizeOf(b));
    let excess = own.reduce((sum, piece) => sum + sizeOf(piece), 0) - weight;
    for (const piece of own) {
      if (excess <= 0) break;
      const given = Math.min(excess, sizeOf(piece));
      result.delete(piece);
      if (given < sizeOf(piece)) result.add({ ...piece, to: piece.to - given });
      result.add({ from: piece.to - given, to: piece.to, owner: undefined });
      excess -= given;
    }
  }
  return merged([...result].sort((a, b) => a.from - b.from));
}

/** Gives what is free to variants that lack buckets: to the neighbour before it when it lacks some, else to who lacks most. */
function dealt(pieces: readonly Piece[], after: readonly Weighted[]): Piece[] {
  const missing = after.map(({ weight }, place) => {
    const owned = pieces.filter(({ owner }) => owner === place);
    return weight - owned.reduce((sum, piece) => sum + sizeOf(piece), 0);
  });
  const result: Piece[] = [];
  for (const piece of pieces) {
    if (piece.owner !== undefined) result.push(piece);
    else
      for (let { from } = piece; from < piece.to;) {
        const owner = neediest(missing, result.at(-1)?.owner);
        const lacks = missing[owner] ?? 0;
        const to = lacks <= 0 ? piece.to : Math.min(piece.to, from + lacks);
        missing[owner] = lacks - (to - from);
        result.push({ from, to, owner });
        from = to;
      }
  }
  return merged(result);
}

function neediest(missing: readonly number[], neighbour: number | undefined): number {
  if (neighbour !== undefined && (missing[neighbour] ?? 0) > 0) return neighbour;
  return missing.indexOf(Math.max(...missing));
}

/** Neighbours of one owner become one piece. */
function merged(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (last !== undefined && last.owner === piece.owner && last.to === piece.from)
      result[result.length - 1] = { ...last, to: piece.to };
    else result.push(piece);
  }
  return result;
}
