import type { SampleRatio } from "../../../protocols/results.ts";
import { chiSquareSf } from "../special/special.ts";

export interface Arm {
  readonly variant: string;
  readonly units: number;
  /** Any non-negative scale; only the proportions count. */
  readonly weight: number;
}

/** A mismatch below this p-value. */
const mismatchPValueMax = 0.01;

/** Chi-square is a large-sample test: each arm should expect at least five units (Cochran). */
const expectedUnitsMin = 5;

/**
 * Sample ratio mismatch by Pearson's chi-square. An arm of weight 0 is left out; units in it, which no chance can
 * have put there, are a mismatch whatever the others say.
 */
export function sampleRatio(arms: readonly Arm[]): SampleRatio {
  const weighted = arms.filter(({ weight }) => weight > 0);
  if (weighted.length < 2) return { kind: "one_variant" };
  const units = arms.reduce((sum, arm) => sum + arm.units, 0);
  const weights = weighted.reduce((sum, { weight }) => sum + weight, 0);
  const smallest = Math.min(...weighted.map(({ weight }) => weight)) / weights;
  const unitsMin = Math.ceil(expectedUnitsMin / smallest);
  if (units < unitsMin) return { kind: "too_few_units", units, unitsMin };
  const strays = arms.some((arm) => arm.weight === 0 && arm.units > 0);
  const shown = strays ? arms : weighted;
  const expectedOf = (arm: Arm): number => (units * arm.weight) / weights;
  const { chiSquare, degreesOfFreedom, pValue } = pearson(
    weighted.map((arm) => arm.units),
    weighted.map(expectedOf),
  );
  return {
    kind: "tested",
    chiSquare,
    degreesOfFreedom,
    pValue,
    expected: Object.fromEntries(shown.map((arm) => [arm.variant, expectedOf(arm)])),
    observed: Object.fromEntries(shown.map((arm) => [arm.variant, arm.units])),
    mismatch: strays || pValue < mismatchPValueMax,
  };
}

/** Pearson's chi-square of counts against what was expected; p is at least the smallest double. */
export function pearson(
  observed: readonly number[],
  expected: readonly number[],
): { readonly chiSquare: number; readonly degreesOfFreedom: number; readonly pValue: number } {
  let chiSquare = 0;
  for (const [index, count] of observed.entries())
    chiSquare += (count - (expected[index] ?? 0)) ** 2 / (expected[index] ?? 0);
  const degreesOfFreedom = observed.length - 1;
  return {
    chiSquare,
    degreesOfFreedom,
    pValue: Math.max(Number.MIN_VALUE, chiSquareSf(chiSquare, degreesOfFreedom)),
  };
}
