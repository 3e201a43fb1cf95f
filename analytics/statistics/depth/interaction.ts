import { type NoVariance, tooFewUnits, type TooFewUnits } from "../effect.ts";
import { type EmptyMargin, independence, type Independence } from "../methods/chi-square.ts";
import { uncertainMean } from "../methods/welch.ts";
import type { MeanSummary } from "../moments.ts";
import { normalSf, twoSided } from "../special/special.ts";

/** Units of two experiments by their arms: the first letter is experiment A's arm, the second B's (c control, t variant). */
export interface Cells {
  readonly cc: MeanSummary;
  readonly ct: MeanSummary;
  readonly tc: MeanSummary;
  readonly tt: MeanSummary;
}

export interface Interaction {
  readonly kind: "tested";
  /** (tt − ct) − (tc − cc): A's effect under B's variant less A's effect under B's control. */
  readonly effect: number;
  readonly standardError: number;
  readonly statistic: number;
  readonly pValue: number;
  /** Whether the two assignments are independent of each other. They must be, or the cells are not comparable. */
  readonly assignment: Independence | EmptyMargin;
}

/** Whether one experiment changes the other's effect, over the units that are in both. */
export function interaction(cells: Cells): Interaction | TooFewUnits | NoVariance {
  const { cc, ct, tc, tt } = cells;
  const tooFew = tooFewUnits(Math.min(cc.count, ct.count), Math.min(tc.count, tt.count), 2);
  if (tooFew !== undefined) return tooFew;
  const effect = tt.mean - ct.mean - (tc.mean - cc.mean);
  const variance = [cc, ct, tc, tt].reduce((sum, cell) => sum + uncertainMean(cell).variance, 0);
  if (variance === 0) return { kind: "no_variance", difference: effect };
  const standardError = Math.sqrt(variance);
  const statistic = effect / standardError;
  return {
    kind: "tested",
    effect,
    standardError,
    statistic,
    pValue: twoSided(normalSf(Math.abs(statistic))),
    assignment: independence([
      [cc.count, ct.count],
      [tc.count, tt.count],
    ]),
  };
}
