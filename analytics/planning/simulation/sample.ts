import type { Baseline } from "../../../protocols/power.ts";
import type { PairSummary } from "../../statistics/bivariate.ts";
import { varianceOf } from "../comparison.ts";
import type { Chance } from "./chance.ts";

// The sums that a batch of units leaves, as pairs: (value, covariate) of a mean or a rate, (numerator, denominator) of a
// ratio. Where the sums' own distribution is known they are drawn at once, which is the same as drawing every unit.

/** Values of the environment's own units, in memory that threads share. */
export interface OwnUnits {
  readonly values: Float64Array;
  /** Denominators of a ratio, or covariates. */
  readonly others?: Float64Array;
}

export interface Population {
  readonly baseline: Baseline;
  /** Of the arm's mean from the baseline's. */
  readonly difference: number;
  readonly shape: "normal" | "bernoulli" | "lognormal" | "history";
  /** Of the covariate; not of a ratio. */
  readonly correlation: number;
  readonly own?: OwnUnits;
}

/** `count` units of one arm. `pick` gives the next of the own units. */
export function batch(
  population: Population,
  count: number,
  chance: Chance,
  pick: () => number,
): PairSummary {
  const { baseline, shape, difference } = population;
  if (shape === "history") return ownBatch(population, count, chance, pick);
  if (baseline.kind === "ratio") return ratioBatch(baseline, difference, count, chance);
  const values =
    shape === "bernoulli"
      ? rateBatch(count, meanOf(population), chance)
      : shape === "normal"
        ? normalBatch(count, meanOf(population), spreadOf(population), chance)
        : lognormalBatch(count, meanOf(population), spreadOf(population), chance);
  return withCovariate(values, population, chance);
}

interface Values {
  readonly count: number;
  readonly mean: number;
  readonly squares: number;
}

function meanOf({ baseline, difference }: Population): number {
  return (
    (baseline.kind === "mean" ? baseline.mean : baseline.kind === "proportion" ? baseline.rate : 0) +
    difference
  );
}

const spreadOf = ({ baseline, difference }: Population): number =>
  Math.sqrt(varianceOf(baseline, difference));

function rateBatch(count: number, rate: number, chance: Chance): Values {
  const successes = chance.binomial(count, rate);
  const mean = count === 0 ? 0 : successes / count;
  return { count, mean, squares: successes * (1 - mean) };
}

function normalBatch(count: number, mean: number, spread: number, chance: Chance): Values {
  if (count === 0) return { count, mean: 0, squares: 0 };
  return {
    count,
    mean: mean + (spread * chance.normal()) / Math.sqrt(count),
    squares: spread ** 2 * chance.chiSquare(count - 1),
  };
}

/** Unit by unit: sums of lognormal values have no distribution of a name. */
function lognormalBatch(count: number, mean: number, spread: number, chance: Chance): Values {
  const logVariance = Math.log1p((spread / mean) ** 2);
  const [location, scale] = [Math.log(mean) - logVariance / 2, Math.sqrt(logVariance)];
  let [sum, square] = [0, 0];
  for (let unit = 0; unit < count; unit++) {
    const apart = Math.exp(location + scale * chance.normal()) - mean; // around the mean nothing cancels
    sum += apart;
    square += apart * apart;
  }
  return pivoted(count, mean, sum, square);
}

function pivoted(count: number, pivot: number, sum: number, square: number): Values {
  if (count === 0) return { count, mean: 0, squares: 0 };
  return { count, mean: pivot + sum / count, squares: Math.max(0, square - (sum * sum) / count) };
}

/**
 * The covariate of each unit is ρ times its standardised value and independent normal noise: its sums given the values'
 * sums need three draws, whatever the values' distribution is. An effect moves the value and not the covariate.
 */
function withCovariate(
  { count, mean, squares }: Values,
  population: Population,
  chance: Chance,
): PairSummary {
  const { correlation } = population;
  const [expected, spread] = [meanOf(population), spreadOf(population)];
  const own = { count, meanNumerator: mean, squaredNumerator: squares };
  if (correlation === 0 || count === 0 || spread === 0)
    return { ...own, meanDenominator: 0, squaredDenominator: 0, crossDeviations: 0 };
  const slope = correlation / spread;
  const noise = Math.sqrt(1 - correlation ** 2);
  const along = squares === 0 ? 0 : chance.normal();
  const across = chance.chiSquare(count - 1 - (squares === 0 ? 0 : 1));
  const crossNoise = Math.sqrt(squares) * along;
  return {
    ...own,
    meanDenominator: slope * (mean - expected) + (noise * chance.normal()) / Math.sqrt(count),
    crossDeviations: slope * squares + noise * crossNoise,
    squaredDenominator:
      slope ** 2 * squares + 2 * slope * noise * crossNoise + noise ** 2 * (along ** 2 + across),
  };
}

/** Numerators and denominators together normal. The variant's numerators are higher by the difference per denominator. */
function ratioBatch(
  baseline: Extract<Baseline, { kind: "ratio" }>,
  difference: number,
  count: number,
  chance: Chance,
): PairSummary {
  const below = normalBatch(count, baseline.meanDenominator, baseline.deviationDenominator, chance);
  const { correlation, deviationNumerator, deviationDenominator } = baseline;
  const slope = deviationDenominator === 0 ? 0 : (correlation * deviationNumerator) / deviationDenominator;
  const noise = deviationNumerator * Math.sqrt(deviationDenominator === 0 ? 1 : 1 - correlation ** 2);
  const along = chance.normal();
  const across = chance.chiSquare(count - 2);
  const own = {
    mean: (noise * chance.normal()) / Math.sqrt(Math.max(1, count)),
    squares: noise ** 2 * ((below.squares === 0 ? 0 : along ** 2) + across),
    cross: noise * Math.sqrt(below.squares) * along,
  };
  const raised = baseline.meanNumerator + difference * baseline.meanDenominator;
  return {
    count,
    meanDenominator: below.mean,
    squaredDenominator: below.squares,
    meanNumerator: raised + slope * (below.mean - baseline.meanDenominator) + own.mean,
    squaredNumerator: slope ** 2 * below.squares + 2 * slope * own.cross + own.squares,
    crossDeviations: slope * below.squares + own.cross,
  };
}

/**
 * Units of the environment itself. The effect multiplies a unit's value (numerator) so that the mean moves by the
 * difference; of a rate, it turns as many of the zeros or of the ones as that takes.
 */
function ownBatch(
  { baseline, difference, own }: Population,
  count: number,
  chance: Chance,
  pick: () => number,
): PairSummary {
  const { values, others } = own ?? { values: new Float64Array() };
  const pivots = pivotsOf(baseline);
  const change = changeOf(baseline, difference, chance);
  let [sum, square, sumOther, squareOther, cross] = [0, 0, 0, 0, 0];
  for (let unit = 0; unit < count; unit++) {
    const at = pick();
    const y = change(values[at] ?? 0) - pivots[0];
    const x = others === undefined ? 0 : (others[at] ?? 0) - pivots[1];
    sum += y;
    square += y * y;
    sumOther += x;
    squareOther += x * x;
    cross += x * y;
  }
  const [a, b] = [pivoted(count, pivots[0], sum, square), pivoted(count, pivots[1], sumOther, squareOther)];
  return {
    count,
    meanNumerator: a.mean,
    squaredNumerator: a.squares,
    meanDenominator: b.mean,
    squaredDenominator: b.squares,
    crossDeviations: count === 0 ? 0 : cross - (sum * sumOther) / count,
  };
}

function pivotsOf(baseline: Baseline): readonly [number, number] {
  switch (baseline.kind) {
    case "mean":
      return [baseline.mean, baseline.mean];
    case "proportion":
      return [baseline.rate, baseline.rate];
    case "ratio":
      return [baseline.meanNumerator, baseline.meanDenominator];
  }
}

function changeOf(baseline: Baseline, difference: number, chance: Chance): (value: number) => number {
  if (difference === 0) return (value) => value;
  if (baseline.kind === "proportion") {
    const { rate } = baseline;
    const flipped = difference > 0 ? difference / (1 - rate) : -difference / rate;
    const target = difference > 0 ? 0 : 1;
    return (value) => (value === target && chance.fraction() < flipped ? 1 - value : value);
  }
  const mean = baseline.kind === "mean" ? baseline.mean : baseline.meanNumerator / baseline.meanDenominator;
  if (mean === 0) return (value) => value + difference;
  const factor = 1 + difference / mean;
  return (value) => value * factor;
}
