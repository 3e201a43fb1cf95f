import type { PublishedExperiment } from "../protocols/experiment.ts";
import { bucketCount } from "./bucket.ts";

/** Half-open range of buckets (or of a recipe's positions), and the place in a list of what it belongs to. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly place: number;
}

/** Fewer pieces than this are looked through one by one. */
const searchedFrom = 9;

/** Whose a bucket is: ranges in order, as the ends at which they change owner. */
export class Shares {
  /** End and owner of each piece, in turns, so that a split lies on one cache line; −1 owns what is nobody's. */
  readonly #pieces: readonly number[];

  /** Of ranges that overlap, which compile() refuses, the one that begins first wins. */
  constructor(spans: readonly Span[]) {
    const pieces: number[] = [];
    let reached = 0;
    const add = (end: number, owner: number): void => {
      if (end <= reached) return;
      if (pieces.at(-1) === owner) pieces[pieces.length - 2] = end;
      else pieces.push(end, owner);
      reached = end;
    };
    for (const { from, to, place } of spans.toSorted((a, b) => a.from - b.from)) {
      if (to <= from) continue;
      add(from, -1);
      add(to, place);
    }
    this.#pieces = pieces.slice(); // of the very length, without room to grow
  }

  /** The owner of every bucket, when there is only one. */
  get only(): number | undefined {
    const [end = 0, owner] = this.#pieces;
    return this.#pieces.length === 2 && end >= bucketCount ? owner : undefined;
  }

  /** −1 when the bucket is nobody's. */
  ownerOf(bucket: number): number {
    const pieces = this.#pieces;
    if (pieces.length >= searchedFrom * 2) return this.#search(bucket);
    for (let index = 0; index < pieces.length; index += 2)
      if (bucket < (pieces[index] as number)) return pieces[index + 1] as number;
    return -1;
  }

  #search(bucket: number): number {
    let low = 0;
    let high = this.#pieces.length >> 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (bucket < (this.#pieces[middle * 2] as number)) high = middle;
      else low = middle + 1;
    }
    return this.#pieces[low * 2 + 1] ?? -1;
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
