import { replicatesOf } from "../statistics/methods/poisson-bootstrap.ts";
import type { ReplicateRange } from "../statistics/methods/poisson-bootstrap.ts";
import { quantileReplicatesOf } from "../statistics/methods/bootstrap-quantile.ts";
import { rowsOf } from "./row-set.ts";
import type { RowSet } from "./row-set.ts";

/** The values in ascending order, each with its unit, for percentiles; shared, so that it is done once. */
export function inOrder(rows: RowSet): RowSet {
  const { values, units } = rows;
  const shared = new Float64Array(new SharedArrayBuffer(values.byteLength));
  // Without units each value is its own, and which of them has which weight makes no difference.
  if (units === undefined) shared.set(values.toSorted());
  const order = units === undefined ? undefined : values.map((_, index) => index);
  order?.sort((a, b) => (values[a] as number) - (values[b] as number));
  order?.forEach((from, index) => (shared[index] = values[from] as number));
  const base = units?.[0] ?? 0;
  const own = new Uint32Array(new SharedArrayBuffer(4 * (order?.length ?? 0)));
  order?.forEach((from, index) => (own[index] = (units?.[from] ?? 0) - base));
  return {
    starts: rows.starts,
    values: shared,
    covariates: [],
    ...(units === undefined ? {} : { units: own }),
  };
}

/** How many units the rows are of, and the first one's number: variants must not share numbers. */
export function unitsIn(rows: RowSet, firstRow: number): { readonly count: number; readonly first: number } {
  const { units } = rows;
  const first = units?.[0];
  if (units === undefined || first === undefined) return { count: rowsOf(rows), first: firstRow };
  return { count: (units.at(-1) ?? first) - first + 1, first };
}

/** Some replicates of a variant's mean or ratio; with `share`, of its percentile, and then the rows are in order. */
export function variantReplicates(
  { values, denominators, units }: RowSet,
  of: { readonly count: number; readonly first: number },
  share: number | undefined,
  range: ReplicateRange,
): Float64Array {
  if (share !== undefined)
    return quantileReplicatesOf(
      { values, unitCount: of.count, firstUnit: of.first, ...(units === undefined ? {} : { units }) },
      share,
      range,
    );
  return replicatesOf(
    { values, firstUnit: of.first, ...(denominators === undefined ? {} : { denominators }) },
    range,
  );
}
