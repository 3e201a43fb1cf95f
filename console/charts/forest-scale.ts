import { scaleLinear } from "d3-scale";
import { reachOf } from "./reach.ts";
import type { Comparison } from "../../protocols/results.ts";

/** One scale for all rows, in per cent of the plot's width. Symmetric, so zero stays where it is as numbers move. */
export interface ForestScale {
  /** The outermost effect shown; longer intervals are cut and marked. */
  readonly bound: number;
  readonly ticks: readonly number[];
  /** Position in 0–100. */
  readonly at: (effect: number) => number;
}

/** One wild interval must not flatten the others: nothing beyond four times the median row decides the bound. */
const outlierFactor = 4;

export function forestScale(comparisons: readonly Comparison[]): ForestScale {
  const intervals = comparisons.flatMap(({ estimate }) =>
    estimate.kind === "estimated" && estimate.relative ? [estimate.relative.interval] : [],
  );
  const reach = reachOf(intervals, outlierFactor);
  const bound = roundUp(reach === 0 ? 0.01 : reach);
  const scale = scaleLinear([-bound, bound], [2, 98]).clamp(true);
  return { bound, ticks: scale.ticks(5), at: (effect) => scale(effect) };
}

/** 1, 2 or 5 times a power of ten: the axis changes seldom while numbers tick. */
function roundUp(reach: number): number {
  const power = 10 ** Math.floor(Math.log10(reach));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= reach) ?? 10;
  return step * power;
}
