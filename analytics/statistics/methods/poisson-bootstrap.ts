import {
  type AlphaOutOfRange,
  alphaOutOfRange,
  type NoVariance,
  tooFewUnits,
  type TooFewUnits,
} from "../effect.ts";
import { meanOf } from "../linear/least-squares.ts";
import { quantileOf, sorted } from "./order-statistics.ts";
import { replicateWord, unitWords, weightTable } from "./poisson-weights.ts";

// The bootstrap for data that is too much to draw from (Chamandy, Muralidharan, Najmi, Naidu 2012): each unit counts
// Poisson(1) times, independently. A replicate is two sums in one pass, and replicates do not know of each other: a
// range of them can be computed anywhere, and ranges are put side by side.

/** One group's units. `denominators` makes the statistic a ratio of sums instead of a mean. */
export interface BootstrapGroup {
  readonly values: Float64Array;
  readonly denominators?: Float64Array;
  /** Number of the group's first unit: two groups must not share numbers, or they share weights. */
  readonly firstUnit: number;
}

export interface ReplicateRange {
  readonly from: number;
  readonly to: number;
  readonly seed: number;
}

/** As much of the values as stays in the cache while all replicates pass over it. */
const chunkUnits = 2_048;

/**
 * The statistic of each replicate in the range, which must begin at an even number. Values are centred, so an offset
 * costs no digits. A replicate without any weight is NaN; with more than a few units there is none.
 */
export function replicatesOf(group: BootstrapGroup, { from, to, seed }: ReplicateRange): Float64Array {
  const { values, denominators } = group;
  const centre = denominators === undefined ? meanOf(values) : 0;
  const shifted = centre === 0 ? values : values.map((value) => value - centre);
  const { low, high } = unitWords(values.length, group.firstUnit);
  const size = to - from + ((to - from) % 2);
  const tops = new Float64Array(size);
  const bottoms = new Float64Array(size);
  for (let start = 0; start < values.length; start += chunkUnits) {
    const end = Math.min(values.length, start + chunkUnits);
    for (let offset = 0; offset < size; offset += 2) {
      const word = replicateWord((from + offset) / 2, seed);
      if (denominators === undefined) addMeans(shifted, low, high, start, end, word, tops, bottoms, offset);
      else addRatios(shifted, denominators, low, high, start, end, word, tops, bottoms, offset);
    }
  }
  return Float64Array.from(
    { length: to - from },
    (_, index) => centre + (tops[index] ?? 0) / (bottoms[index] ?? 0),
  );
}

/** The innermost loop: about a billion times for a million units and a thousand replicates. No call, no object. */
function addMeans(
  values: Float64Array,
  low: Uint32Array,
  high: Uint32Array,
  start: number,
  end: number,
  word: number,
  tops: Float64Array,
  bottoms: Float64Array,
  offset: number,
): void {
  const weights = weightTable();
  let [top, topNext] = [0, 0];
  let [bottom, bottomNext] = [0, 0];
  for (let unit = start; unit < end; unit++) {
    const value = values[unit] as number;
    let hash = Math.imul((low[unit] as number) ^ word, 0x85ebca6b);
    hash = Math.imul((hash ^ (hash >>> 15)) + (high[unit] as number), 0xc2b2ae35);
    hash ^= hash >>> 16;
    const weight = weights[hash & 0xffff] as number;
    const next = weights[hash >>> 16] as number;
    top += weight * value;
    topNext += next * value;
    bottom += weight;
    bottomNext += next;
  }
  tops[offset] = (tops[offset] ?? 0) + top;
  tops[offset + 1] = (tops[offset + 1] ?? 0) + topNext;
  bottoms[offset] = (bottoms[offset] ?? 0) + bottom;
  bottoms[offset + 1] = (bottoms[offset + 1] ?? 0) + bottomNext;
}

function addRatios(
  values: Float64Array,
  denominators: Float64Array,
  low: Uint32Array,
  high: Uint32Array,
  start: number,
  end: number,
  word: number,
  tops: Float64Array,
  bottoms: Float64Array,
  offset: number,
): void {
  const weights = weightTable();
  let [top, topNext] = [0, 0];
  let [bottom, bottomNext] = [0, 0];
  for (let unit = start; unit < end; unit++) {
    const value = values[unit] as number;
    const denominator = denominators[unit] as number;
    let hash = Math.imul((low[unit] as number) ^ word, 0x85ebca6b);
    hash = Math.imul((hash ^ (hash >>> 15)) + (high[unit] as number), 0xc2b2ae35);
    hash ^= hash >>> 16;
    const weight = weights[hash & 0xffff] as number;
    const next = weights[hash >>> 16] as number;
    top += weight * value;
    topNext += next * value;
    bottom += weight * denominator;
    bottomNext += next * denominator;
  }
  tops[offset] = (tops[offset] ?? 0) + top;
  tops[offset + 1] = (tops[offset + 1] ?? 0) + topNext;
  bottoms[offset] = (bottoms[offset] ?? 0) + bottom;
  bottoms[offset + 1] = (bottoms[offset + 1] ?? 0) + bottomNext;
}

export interface Bootstrapped {
  readonly kind: "estimated";
  readonly difference: number;
  readonly standardError: number;
  /** Percentiles of the replicates' differences. */
  readonly interval: readonly [number, number];
  readonly replicates: number;
}

export interface TooFewReplicates {
  readonly kind: "too_few_replicates";
  readonly replicates: number;
  readonly replicatesMin: number;
}

/** Below ten units a resample is mostly copies of two or three of them. */
const unitsMin = 10;

/** The difference as it is, and how it varies over the replicates of both groups. */
export function bootstrapDifference(
  difference: number,
  control: { readonly units: number; readonly replicates: Float64Array },
  variant: { readonly units: number; readonly replicates: Float64Array },
  alpha: number,
): Bootstrapped | TooFewUnits | TooFewReplicates | NoVariance | AlphaOutOfRange {
  const wrong = alphaOutOfRange(alpha) ?? tooFewUnits(control.units, variant.units, unitsMin);
  if (wrong !== undefined) return wrong;
  const differences = sorted(
    variant.replicates
      .map((value, index) => value - (control.replicates[index] ?? Number.NaN))
      .filter(Number.isFinite),
  );
  const replicates = differences.length;
  // The outermost replicates bound the interval: ten of them should lie outside each end.
  const replicatesMin = Math.ceil(20 / alpha);
  if (replicates < replicatesMin) return { kind: "too_few_replicates", replicates, replicatesMin };
  const mean = meanOf(differences);
  const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  if (squares <= replicates * (Number.EPSILON * mean) ** 2) return { kind: "no_variance", difference };
  return {
    kind: "estimated",
    difference,
    standardError: Math.sqrt(squares / (replicates - 1)),
    interval: [quantileOf(differences, alpha / 2), quantileOf(differences, 1 - alpha / 2)],
    replicates,
  };
}
