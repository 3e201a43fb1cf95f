import { findRoot, normalQuantile } from "../special/special.ts";
import {
  type Continuation,
  beforeFirstLook,
  continueAfter,
  lowerCrossing,
  type Region,
  upperCrossing,
} from "./continuation.ts";

// What a group sequential test says after it has stopped. A plain p-value, estimate and interval would be those of a
// test that was looked at once. Outcomes are ordered by stage (Tsiatis, Rosner & Mehta 1984): stopping earlier at the
// upper boundary is stronger evidence than stopping later, and within a stage a larger Z is.

export interface Stopped {
  /** The rule of each look up to and with the one it stopped at; `time` is information, 1/variance of the effect. */
  readonly regions: readonly Region[];
  /** Z at the last of them. */
  readonly z: number;
  readonly sides: 1 | 2;
  /** Error of each end of the interval: alpha when one-sided, alpha / 2 when two-sided. */
  readonly errorPerEnd: number;
}

export interface FinalInference {
  readonly pValue: number;
  /** As likely too large as too small. */
  readonly medianUnbiased: number;
  readonly lower: number;
  readonly upper: number;
}

/** How far from the plain estimate an adjusted one is looked for, in standard errors. */
const reach = 12;

export function finalInference({ regions, z, sides, errorPerEnd }: Stopped): FinalInference | undefined {
  const information = regions.at(-1)?.time;
  if (information === undefined) return undefined;
  const up = stagewise(regions, z, 0, 1);
  const pValue = sides === 1 ? up : Math.min(1, 2 * Math.min(up, stagewise(regions, z, 0, -1)));
  const effectAt = (probability: number): number | undefined => {
    const center = (z - normalQuantile(1 - probability)) / Math.sqrt(information);
    const width = reach / Math.sqrt(regions[0]?.time ?? information);
    return findRoot((effect) => oddsOf(regions, z, effect, probability), center - width, center + width, 0);
  };
  const medianUnbiased = effectAt(0.5);
  const lower = effectAt(errorPerEnd);
  const upper = effectAt(1 - errorPerEnd);
  if (medianUnbiased === undefined || lower === undefined || upper === undefined) return undefined;
  return { pValue: Math.max(Number.MIN_VALUE, pValue), medianUnbiased, lower, upper };
}

/** Positive when outcomes at least this large are likelier than `probability`; from the smaller tail. */
function oddsOf(regions: readonly Region[], z: number, effect: number, probability: number): number {
  return probability <= 0.5
    ? Math.log(Math.max(1e-300, stagewise(regions, z, effect, 1)) / probability)
    : Math.log((1 - probability) / Math.max(1e-300, stagewise(regions, z, effect, -1)));
}

/** Under an effect, the probability of an outcome at least as far up (1) or down (−1) in the stage-wise order. */
export function stagewise(regions: readonly Region[], z: number, effect: number, side: 1 | -1): number {
  const crossed = side === 1 ? upperCrossing : lowerCrossing;
  let paths: Continuation = beforeFirstLook;
  let sum = 0;
  for (const [index, region] of regions.entries()) {
    const next = regions[index + 1];
    if (next === undefined) return sum + crossed(paths, region.time, z, effect);
    sum += crossed(paths, region.time, side === 1 ? region.upper : region.lower, effect);
    paths = continueAfter(paths, region, next.time, effect);
  }
  return sum;
}
