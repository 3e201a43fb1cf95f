import type { PublishedExperiment } from "../protocols/experiment.ts";
import { bucketCount } from "./bucket.ts";

/** Half-open range of buckets (or of a recipe's positions), and the place in a list of what it belongs to. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly place: number;
}

/** Pieces that have members of their own; a split or experiment seldom has more. */
const openPieces = 3;

/** In order, without gaps: an end, and the owner of what lies before it. −1 owns what is nobody's. */
function piecesOf(spans: readonly Span[]): number[] {
  const pieces: number[] = [];
  let reached = 0;
  const add = (end: number, owner: number): void => {
    if (end <= reached) return;
    if (pieces.at(-1) === owner) pieces[pieces.length - 2] = end;
    else pieces.push(end, owner);
    reached = end;
  };
  // Of ranges that overlap, which compile() refuses, the one that begins first wins.
  for (const { from, to, place } of spans.toSorted((a, b) => a.from - b.from)) {
    if (to <= from) continue;
    add(from, -1);
    add(to, place);
  }
  return pieces;
}

/** The owner of what lies at a point; −1 when it is nobody's. */
function ownerAmong(pieces: readonly number[], point: number): number {
  let low = 0;
  let high = pieces.length >> 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (point < (pieces[middle * 2] as number)) high = middle;
    else low = middle + 1;
  }
  return pieces[low * 2 + 1] ?? -1;
}

/** Whose a bucket is. Whole numbers only, in members and not in a list: that is one cache line instead of four. */
export class Shares {
  readonly #firstEnd: number;
  readonly #first: number;
  readonly #secondEnd: number;
  readonly #second: number;
  readonly #thirdEnd: number;
  readonly #third: number;
  readonly #all: readonly number[] | undefined;
  /** The owner of every bucket, when there is only one. */
  readonly only: number | undefined;

  constructor(spans: readonly Span[]) {
    const pieces = piecesOf(spans);
    [
      this.#firstEnd = 0,
      this.#first = -1,
      this.#secondEnd = 0,
      this.#second = -1,
      this.#thirdEnd = 0,
      this.#third = -1,
    ] = pieces;
    this.#all = pieces.length > openPieces * 2 ? pieces : undefined;
    this.only = pieces.length === 2 && this.#firstEnd >= bucketCount ? this.#first : undefined;
  }

  /** −1 when the bucket is nobody's. */
  ownerOf(bucket: number): number {
    if (bucket < this.#firstEnd) return this.#first;
    if (bucket < this.#secondEnd) return this.#second;
    if (bucket < this.#thirdEnd) return this.#third;
    return this.#all === undefined ? -1 : ownerAmong(this.#all, bucket);
  }
}

/** The same for an imported recipe's positions, which are fractions. */
export class Positions {
  readonly #pieces: readonly number[];

  constructor(spans: readonly Span[]) {
    this.#pieces = piecesOf(spans);
  }

  ownerOf(position: number): number {
    return ownerAmong(this.#pieces, position);
  }
}

/** Weights laid end to end in the order of the list. */
export function spansOf(parts: readonly { readonly weight: number }[]): Span[] {
  let from = 0;
  return parts.map(({ weight }, place) => {
    const span = { from, to: from + weight, place };
    from = span.to;
    return span;
  });
}

/** The remembered ranges, or the weights laid end to end. A range of a variant that is not there belongs to nobody. */
export const variantSpansOf = ({ ranges, variants }: PublishedExperiment): readonly Span[] =>
  ranges === undefined
    ? spansOf(variants)
    : ranges
        .filter(({ variant }) => variant < variants.length)
        .map(({ from, to, variant }) => ({ from, to, place: variant }));

interface Ranged {
  readonly range?: { readonly from: number; readonly to: number } | undefined;
}

/** The parts of an imported split, in the recipe's own numbers. A part without a range has none of the units. */
export const recipeSpansOf = (parts: readonly Ranged[]): Span[] =>
  parts.flatMap(({ range }, place) =>
    range === undefined ? [] : [{ from: range.from, to: range.to, place }],
  );

/** How much of the scale from 0 to 1 a range holds; ranges may end beyond it. */
export const widthOf = ({ range }: Ranged): number =>
  range === undefined ? 0 : Math.max(0, Math.min(range.to, 1) - Math.max(range.from, 0));
