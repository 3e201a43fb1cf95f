import {
  findRoot,
  noncentralStudentSf,
  normalQuantile,
  normalSf,
  normalUpperQuantile,
  studentQuantile,
} from "../special/special.ts";

/** Two groups to be compared: n₁ units in one, ratio × n₁ in the other. */
export interface Comparison {
  /** The difference in standard deviations of a unit. */
  readonly effectSize: number;
  readonly alpha: number;
  readonly sides: 1 | 2;
  readonly ratio: number;
}

/** Fewest units of both groups with which a t has a degree of freedom. */
const unitsMin = 3;
/** No experiment is larger; a plan that needs more has no answer. */
const unitsMax = 1e15;

const holds = ({ effectSize, alpha, ratio }: Comparison): boolean =>
  Number.isFinite(effectSize) && alpha > 0 && alpha < 1 && ratio > 0 && Number.isFinite(ratio);

/** The mean of the statistic. */
const shiftOf = (units: number, { effectSize, ratio }: Comparison): number =>
  effectSize * Math.sqrt((units * ratio) / (1 + ratio));

/** Power of the two-sample z test; two-sided counts rejections on either side. */
export function zPower(units: number, comparison: Comparison): number | undefined {
  if (!holds(comparison) || !(units > 0)) return undefined;
  const { alpha, sides } = comparison;
  const critical = normalUpperQuantile(alpha / sides);
  const shift = shiftOf(units, comparison);
  return normalSf(critical - shift) + (sides === 2 ? normalSf(critical + shift) : 0);
}

/** Power of the two-sample t test with one variance, by the noncentral t. */
export function tPower(units: number, comparison: Comparison): number | undefined {
  const degreesOfFreedom = units * (1 + comparison.ratio) - 2;
  if (!holds(comparison) || !(degreesOfFreedom > 0)) return undefined;
  const { alpha, sides } = comparison;
  const critical = -studentQuantile(alpha / sides, degreesOfFreedom);
  const shift = shiftOf(units, comparison);
  const above = noncentralStudentSf(critical, degreesOfFreedom, shift);
  return above + (sides === 2 ? noncentralStudentSf(critical, degreesOfFreedom, -shift) : 0);
}

/** Units of the first group for a power; not rounded. Undefined where no number of units gives it. */
export function zUnits(comparison: Comparison, power: number): number | undefined {
  return unitsFor(zPower, comparison, power, Number.MIN_VALUE);
}

export function tUnits(comparison: Comparison, power: number): number | undefined {
  return unitsFor(tPower, comparison, power, unitsMin / (1 + comparison.ratio));
}

function unitsFor(
  powerOf: (units: number, comparison: Comparison) => number | undefined,
  comparison: Comparison,
  power: number,
  least: number,
): number | undefined {
  const { effectSize, alpha, sides, ratio } = comparison;
  if (!holds(comparison) || !(power > alpha && power < 1) || effectSize === 0) return undefined;
  if (sides === 1 && effectSize < 0) return undefined;
  // The normal approximation of one side; the answer lies within a factor of it, except for very few units.
  const plain =
    ((normalUpperQuantile(alpha / sides) + normalQuantile(power)) ** 2 * (1 + ratio)) /
    (ratio * effectSize ** 2);
  const excess = (units: number): number => (powerOf(units, comparison) ?? 0) - power;
  let low = Math.max(least, plain * 0.5);
  let high = Math.max(low * 1.1, plain * 1.1 + 10);
  while (low > least && excess(low) > 0) low = Math.max(least, low / 2);
  while (high < unitsMax && excess(high) < 0) high *= 2;
  if (excess(low) >= 0) return low;
  return findRoot(excess, low, high);
}
