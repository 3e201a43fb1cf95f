import {
  beforeFirstLook,
  type Continuation,
  continueAfter,
  lowerCrossing,
  type Region,
  upperCrossing,
} from "./continuation.ts";

/** Look by look: the probability to stop there for the first time, by side. */
export interface Crossing {
  readonly upper: readonly number[];
  readonly lower: readonly number[];
}

/** First-crossing probabilities of any boundaries when Z at time t has mean drift √t. */
export function crossing(regions: readonly Region[], drift: number): Crossing {
  const upper: number[] = [];
  const lower: number[] = [];
  let paths: Continuation = beforeFirstLook;
  for (const [index, region] of regions.entries()) {
    upper.push(upperCrossing(paths, region.time, region.upper, drift));
    lower.push(lowerCrossing(paths, region.time, region.lower, drift));
    const next = regions[index + 1];
    if (next !== undefined) paths = continueAfter(paths, region, next.time, drift);
  }
  return { upper, lower };
}

/** Running sums. */
export function cumulative(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => (sum += value));
}

export const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
