import { replicateWord, unitWords, weightTable } from "./poisson-weights.ts";
import type { ReplicateRange } from "./poisson-bootstrap.ts";

/** Values in ascending order, and which unit each is of: values of one unit come and go together. */
export interface SortedValues {
  readonly values: ArrayLike<number>;
  /** From 0; absent: each value is a unit's own, in this order. */
  readonly units?: ArrayLike<number>;
  readonly unitCount: number;
  /** As for means: two groups must not share numbers. */
  readonly firstUnit: number;
}

/**
 * The quantile at `share` of each replicate, as of a list in which each value stands as often as its unit's weight says,
 * with straight lines between order statistics. The range must begin at an even number; a replicate without any weight
 * is NaN.
 */
export function quantileReplicatesOf(
  { values, units, unitCount, firstUnit }: SortedValues,
  share: number,
  { from, to, seed }: ReplicateRange,
): Float64Array {
  const { low, high } = unitWords(unitCount, firstUnit);
  const own = Uint32Array.from({ length: unitCount }, () => 0);
  const weights = new Uint8Array(values.length);
  const found = new Float64Array(to - from);
  for (let replicate = from; replicate < to; replicate++) {
    // A hash makes two neighbouring replicates: the second takes its other half.
    const shift = replicate % 2 === 0 ? 0 : 16;
    if (shift === 0 || replicate === from)
      hashes(own, low, high, replicateWord(Math.floor(replicate / 2), seed));
    const total = weigh(weights, own, shift, units);
    found[replicate - from] = weightedQuantile(values, weights, total, share);
  }
  return found;
}

function hashes(into: Uint32Array, low: Uint32Array, high: Uint32Array, word: number): void {
  for (let unit = 0; unit < into.length; unit++) {
    let hash = Math.imul((low[unit] as number) ^ word, 0x85ebca6b);
    hash = Math.imul((hash ^ (hash >>> 15)) + (high[unit] as number), 0xc2b2ae35);
    into[unit] = hash ^ (hash >>> 16);
  }
}

function weigh(
  into: Uint8Array,
  hash: Uint32Array,
  shift: number,
  units: ArrayLike<number> | undefined,
): number {
  const table = weightTable();
  let total = 0;
  for (let index = 0; index < into.length; index++) {
    const unit = units === undefined ? index : (units[index] as number);
    const weight = table[((hash[unit] as number) >>> shift) & 0xffff] as number;
    into[index] = weight;
    total += weight;
  }
  return total;
}

/** Type 7, as order-statistics.ts, over the values as often as they weigh. */
export function weightedQuantile(
  values: ArrayLike<number>,
  weights: Uint8Array,
  total: number,
  share: number,
): number {
  if (total === 0) return Number.NaN;
  const position = share * (total - 1);
  const below = Math.floor(position);
  let seen = 0;
  let index = -1;
  while (seen <= below) seen += weights[++index] as number;
  const lower = values[index] as number;
  const part = position - below;
  if (part === 0 || seen > below + 1) return lower; // the next one is the same
  do index++;
  while (weights[index] === 0);
  const upper = values[index] as number;
  return part < 0.5 ? lower + (upper - lower) * part : upper - (upper - lower) * (1 - part);
}
