import type { Distribution } from "../../../protocols/row-answers.ts";

// What of some histograms can be drawn on one scale: the shares of each variant's values, bar by bar.

export interface Bars {
  /** One more than each series has shares. */
  readonly edges: readonly number[];
  /** Of all values of the variant, also of those that are not drawn. */
  readonly series: readonly { readonly variant: string; readonly shares: readonly number[] }[];
  /** The first bar, where it holds so much that nothing else would be seen beside it. */
  readonly leftOut?: {
    readonly from: number;
    readonly below: number;
    readonly shares: readonly (readonly [variant: string, share: number])[];
  };
}

const crowdedShare = 0.6;
/** Closer together, the axis has no round numbers that differ. */
const spanMin = 1e-9;

/** Undefined when there is nothing to see: all values are one, or next to it. */
export function barsOf(found: readonly Distribution[]): Bars | undefined {
  const [edges = []] = found.map((each) => each.edges);
  const [first, second, last] = [edges[0], edges[1], edges.at(-1)];
  if (first === undefined || second === undefined || last === undefined) return undefined;
  if (!isWide(first, last)) return undefined;
  const series = found.map(({ variant, counts, n }) => ({ variant, shares: counts.map((each) => each / n) }));
  const values = found.reduce((sum, { n }) => sum + n, 0);
  const inFirst = found.reduce((sum, { counts }) => sum + (counts[0] ?? 0), 0);
  if (edges.length <= 3 || inFirst <= crowdedShare * values) return { edges, series };
  return {
    edges: edges.slice(1),
    series: series.map(({ variant, shares }) => ({ variant, shares: shares.slice(1) })),
    leftOut: {
      from: first,
      below: second,
      shares: series.map(({ variant, shares }) => [variant, shares[0] ?? 0]),
    },
  };
}

function isWide(first: number, last: number): boolean {
  const span = last - first;
  return Number.isFinite(span) && span > spanMin * Math.max(Math.abs(first), Math.abs(last));
}
