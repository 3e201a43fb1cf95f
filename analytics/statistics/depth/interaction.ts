import {
  type AlphaOutOfRange,
  alphaOutOfRange,
  normalEffect,
  type NoVariance,
  tooFewUnits,
  type TooFewUnits,
  type Uncertain,
} from "../effect.ts";
import { type EmptyMargin, independence, type Independence } from "../methods/chi-square.ts";
import { uncertainMean } from "../methods/welch.ts";
import type { MeanSummary } from "../moments.ts";

/** How many units are in both arms, and what the metric, a mean or a ratio, is among them. */
export interface CrossedGroup extends Uncertain {
  readonly count: number;
}

/** Units of two experiments by their arms: the first letter is experiment A's arm, the second B's (c control, t variant). */
export interface Cells<Group = MeanSummary> {
  readonly cc: Group;
  readonly ct: Group;
  readonly tc: Group;
  readonly tt: Group;
}

export interface Interaction {
  readonly kind: "tested";
  /** (tt − ct) − (tc − cc): A's effect under B's variant less A's effect under B's control. */
  readonly effect: number;
  readonly standardError: number;
  readonly statistic: number;
  readonly interval: readonly [number, number];
  readonly pValue: number;
  /** Whether the two assignments are independent of each other. They must be, or the cells are not comparable. */
  readonly assignment: Independence | EmptyMargin;
}

type InteractionSilence = TooFewUnits | NoVariance | AlphaOutOfRange;

/** Whether one experiment changes the other's effect on a mean, over the units that are in both. */
export function interaction({ cc, ct, tc, tt }: Cells, alpha: number): Interaction | InteractionSilence {
  const group = (summary: MeanSummary): CrossedGroup => ({
    count: summary.count,
    ...uncertainMean(summary),
  });
  return crossedEffect({ cc: group(cc), ct: group(ct), tc: group(tc), tt: group(tt) }, alpha, 2);
}

/** The same of whatever a group has an estimate with a variance of; below `unitsMin` units in a cell it is none. */
export function crossedEffect(
  { cc, ct, tc, tt }: Cells<CrossedGroup>,
  alpha: number,
  unitsMin: number,
): Interaction | InteractionSilence {
  const wrong =
    alphaOutOfRange(alpha) ??
    tooFewUnits(Math.min(cc.count, ct.count), Math.min(tc.count, tt.count), unitsMin);
  if (wrong !== undefined) return wrong;
  const effect = tt.value - ct.value - (tc.value - cc.value);
  const variance = [cc, ct, tc, tt].reduce((sum, cell) => sum + cell.variance, 0);
  if (variance === 0) return { kind: "no_variance", difference: effect };
  const { standardError, statistic, interval, pValue } = normalEffect(effect, Math.sqrt(variance), alpha);
  return {
    kind: "tested",
    effect,
    standardError,
    statistic,
    interval,
    pValue,
    assignment: independence([
      [cc.count, ct.count],
      [tc.count, tt.count],
    ]),
  };
}
