import type { Uncertain } from "../effect.ts";

export interface RelativeLift {
  readonly difference: number;
  readonly standardError: number;
  readonly interval: readonly [number, number];
}

/**
 * (variant − control) / |control| by the delta method. The absolute value keeps the sign of a change when the
 * baseline is negative. Undefined for a baseline of 0.
 */
export function relativeLift(
  control: Uncertain,
  variant: Uncertain,
  critical: number,
): RelativeLift | undefined {
  if (control.value === 0) return undefined;
  const baseline = Math.abs(control.value);
  const difference = (variant.value - control.value) / baseline;
  const standardError = Math.hypot(
    Math.sqrt(variant.variance) / baseline,
    (variant.value / baseline) * (Math.sqrt(control.variance) / baseline),
  );
  const reach = critical * standardError;
  return { difference, standardError, interval: [difference - reach, difference + reach] };
}

/**
 * Whether the baseline differs from 0 at the level of the interval (Fieller's g below 1). When it does not, the
 * lift may be anything, and the delta interval would be a bounded answer to an unbounded question.
 */
export function isDistinctFromZero({ value, variance }: Uncertain, critical: number): boolean {
  return critical ** 2 * variance < value ** 2;
}
