import {
  type AlphaOutOfRange,
  alphaOutOfRange,
  type NotFinite,
  tooFewUnits,
  type TooFewUnits,
} from "../effect.ts";
import { normalSf, normalUpperQuantile, twoSided } from "../special/special.ts";
import { differenceOfRank } from "./hodges-lehmann.ts";
import { rankSums } from "./mann-whitney-exact.ts";
import { sorted } from "./order-statistics.ts";

export interface MannWhitney {
  readonly kind: "tested";
  /** Pairs (a, b) with b > a, ties counting a half. */
  readonly statistic: number;
  /** statistic / pairs: the chance that a random unit of the variant exceeds one of control. */
  readonly superiority: number;
  readonly method: "exact" | "asymptotic";
  readonly pValue: number;
  /** Normal, with the correction for ties and for continuity. */
  readonly pAsymptotic: number;
  /** Median of all differences b − a, and those between which it lies (Hodges and Lehmann 1963). */
  readonly shift: number;
  /** Absent when the groups are too small for an interval of that level. */
  readonly interval?: readonly [number, number];
}

export interface AllEqual {
  readonly kind: "no_variance";
  readonly difference: 0;
}

/** The exact distribution costs count² steps a value; from here on the normal one is right to three digits. */
const exactUnitsMax = 50;

/** Wilcoxon's rank sum test of Mann and Whitney (1947): whether one of two groups tends to larger values. */
export function mannWhitney(
  control: ArrayLike<number>,
  variant: ArrayLike<number>,
  alpha: number,
): MannWhitney | TooFewUnits | AllEqual | AlphaOutOfRange | NotFinite {
  const wrong = alphaOutOfRange(alpha) ?? tooFewUnits(control.length, variant.length, 1);
  if (wrong !== undefined) return wrong;
  const [a, b] = [sorted(control), sorted(variant)];
  if ([a, b].some((values) => !Number.isFinite(values[0]) || !Number.isFinite(values.at(-1))))
    return { kind: "not_finite" };
  const { doubledRanks, statistic, tieTerm } = ranksOf(a, b);
  const pairs = a.length * b.length;
  const total = a.length + b.length;
  const deviation = Math.sqrt((pairs / 12) * (total + 1 - tieTerm / (total * (total - 1))));
  if (!(deviation > 0)) return { kind: "no_variance", difference: 0 };
  const away = Math.max(0, Math.abs(statistic - pairs / 2) - 0.5);
  const pAsymptotic = twoSided(normalSf(away / deviation));
  const exact = total <= exactUnitsMax;
  const sums = exact ? rankSums(doubledRanks, b.length, statistic, alpha) : undefined;
  const reach = normalUpperQuantile(alpha / 2) * deviation;
  const low = sums?.bound ?? Math.floor(pairs / 2 - reach);
  return {
    kind: "tested",
    statistic,
    superiority: statistic / pairs,
    method: exact ? "exact" : "asymptotic",
    pValue: sums === undefined ? pAsymptotic : twoSided(Math.min(sums.lower, sums.upper)),
    pAsymptotic,
    shift:
      (differenceOfRank(a, b, Math.floor((pairs + 1) / 2)) +
        differenceOfRank(a, b, Math.floor(pairs / 2) + 1)) /
      2,
    ...(low < 1 ? {} : { interval: [differenceOfRank(a, b, low), differenceOfRank(a, b, pairs + 1 - low)] }),
  };
}

/** Mid-ranks, doubled so that they are whole; U of the second group; Σ (t³ − t) over groups of ties. */
function ranksOf(
  a: Float64Array,
  b: Float64Array,
): { readonly doubledRanks: readonly number[]; readonly statistic: number; readonly tieTerm: number } {
  const doubledRanks: number[] = [];
  let [i, j, doubledSum, tieTerm] = [0, 0, 0, 0];
  while (i < a.length || j < b.length) {
    const value = Math.min(a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY);
    const before = i + j;
    const beforeB = j;
    while (i < a.length && a[i] === value) i += 1;
    while (j < b.length && b[j] === value) j += 1;
    const tied = i + j - before;
    const doubled = 2 * before + tied + 1;
    doubledSum += doubled * (j - beforeB);
    tieTerm += tied ** 3 - tied;
    if (a.length + b.length <= exactUnitsMax) for (let k = 0; k < tied; k++) doubledRanks.push(doubled);
  }
  return { doubledRanks, statistic: doubledSum / 2 - (b.length * (b.length + 1)) / 2, tieTerm };
}
