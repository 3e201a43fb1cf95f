import type { PairSummary } from "../statistics/bivariate.ts";
import { meanOf } from "../statistics/linear/least-squares.ts";
import type { MeanSummary } from "../statistics/moments.ts";
import { quantileOf, sorted } from "../statistics/methods/order-statistics.ts";
import { clusteredQuantile, groupQuantile } from "../statistics/methods/quantile.ts";
import { rowsOf } from "./row-set.ts";
import type { RowSet } from "./row-set.ts";

// What is computed of one variant's rows alone. Runs in the pool.

export function momentsOf(values: Float64Array): MeanSummary {
  const mean = meanOf(values);
  return { count: values.length, mean, squaredDeviations: crossOf(values, mean, values, mean) };
}

export function pairMomentsOf(numerators: Float64Array, denominators: Float64Array): PairSummary {
  const [meanNumerator, meanDenominator] = [meanOf(numerators), meanOf(denominators)];
  return {
    count: numerators.length,
    meanNumerator,
    meanDenominator,
    squaredNumerator: crossOf(numerators, meanNumerator, numerators, meanNumerator),
    squaredDenominator: crossOf(denominators, meanDenominator, denominators, meanDenominator),
    crossDeviations: crossOf(numerators, meanNumerator, denominators, meanDenominator),
  };
}

/** Σ (x − x̄)(y − ȳ), with what rounding left of the means taken out again (Chan, Golub, LeVeque 1983). */
function crossOf(x: Float64Array, meanX: number, y: Float64Array, meanY: number): number {
  let [cross, restX, restY] = [0, 0, 0];
  for (let index = 0; index < x.length; index++) {
    const [a, b] = [(x[index] as number) - meanX, (y[index] as number) - meanY];
    cross += a * b;
    restX += a;
    restY += b;
  }
  return x.length === 0 ? 0 : cross - (restX * restY) / x.length;
}

/** The percentile and the order statistics around it; of events, clustered by unit. */
export function quantileGroup(rows: RowSet, share: number) {
  const { values, units } = rows;
  if (units === undefined) return groupQuantile(values, share);
  const ascending = sorted(values);
  const quantile = quantileOf(ascending, share);
  return clusteredQuantile(ascending, share, shareBelow(values, units, quantile));
}

/** Of each unit: how many of its values do not exceed the quantile, and how many there are. */
function shareBelow(values: Float64Array, units: Uint32Array, quantile: number): PairSummary {
  const below: number[] = [];
  const counts: number[] = [];
  let unit: number | undefined;
  for (let index = 0; index < values.length; index++) {
    if (units[index] !== unit) {
      unit = units[index];
      below.push(0);
      counts.push(0);
    }
    const last = counts.length - 1;
    counts[last] = (counts[last] ?? 0) + 1;
    if ((values[index] as number) <= quantile) below[last] = (below[last] ?? 0) + 1;
  }
  return pairMomentsOf(Float64Array.from(below), Float64Array.from(counts));
}

/** The quantile of all arms together, at which values are capped. */
export function pooledCap(rows: RowSet, share: number): number | undefined {
  return rowsOf(rows) === 0 ? undefined : quantileOf(sorted(rows.values), share);
}
