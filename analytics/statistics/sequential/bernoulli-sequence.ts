import { findRoot } from "../special/special.ts";
import { betaBinomialBound, betaBinomialSize, logBetaBinomialMixture } from "./howard-mixtures.ts";

/** Where a Bernoulli sequence is tuned; the tuning's alpha need not be the interval's. */
const tuningAlpha = 0.05;

/**
 * A confidence sequence for a success probability, from the counts alone: the shares against which a beta-binomial
 * mixture has not gathered 1/alpha of evidence. `trialsPlanned`: where it should be narrowest.
 */
export function bernoulliSequence(
  successes: number,
  trials: number,
  alpha: number,
  trialsPlanned: number,
): { readonly lower: number; readonly upper: number } | undefined {
  if (!(alpha > 0 && alpha < 1 && trials > 0 && trialsPlanned > 0)) return undefined;
  if (!(successes >= 0 && successes <= trials)) return undefined;
  const excess = (share: number): number => {
    // Steps of the sum Σ(X − share) lie between −share and 1 − share.
    const [g, h] = [share, 1 - share];
    const size = betaBinomialSize(share * h * trialsPlanned, tuningAlpha, g, h, 2);
    const mixture = { g, h, size, sides: 2 } as const;
    return logBetaBinomialMixture(successes - trials * share, g * h * trials, mixture) + Math.log(alpha);
  };
  const middle = Math.min(1 - 1e-9, Math.max(1e-9, successes / trials));
  const lower = successes === 0 ? 0 : findRoot(excess, 1e-15, middle);
  const upper = successes === trials ? 1 : findRoot(excess, middle, 1 - 1e-15);
  return { lower: lower ?? 0, upper: upper ?? 1 };
}

/** Which order statistics bound a quantile, counted from 1; absent where that side is still open. */
export interface QuantileRanks {
  readonly lower?: number;
  readonly upper?: number;
}

/**
 * A confidence sequence for a quantile (Howard & Ramdas 2022): the values with these ranks enclose it at all looks
 * together. Uses that the number of values up to it is binomial, with `quantile` as its share.
 */
export function quantileRanks(
  count: number,
  quantile: number,
  alpha: number,
  countPlanned: number,
): QuantileRanks | undefined {
  if (!(alpha > 0 && alpha < 1 && quantile > 0 && quantile < 1 && count > 0 && countPlanned > 0))
    return undefined;
  const [below, above] = [quantile, 1 - quantile];
  const variance = below * above;
  const boundFor = (g: number, h: number): number => {
    const size = betaBinomialSize(variance * countPlanned, alpha, g, h, 2);
    return betaBinomialBound(variance * count, { g, h, size, sides: 2 }, alpha);
  };
  // Too many values up to it push its lower end, too few its upper end.
  const lower = Math.floor(count * quantile - boundFor(above, below));
  const upper = Math.ceil(count * quantile + boundFor(below, above)) + 1;
  return { ...(lower >= 1 && { lower }), ...(upper <= count && { upper }) };
}
