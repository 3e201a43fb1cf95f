import { betaCdf, findRoot, logBeta, logNormalSf } from "../special/special.ts";
import type { Sides } from "./mixture.ts";

// Uniform bounds for sums S with intrinsic time v (Howard, Ramdas, McAuliffe & Sekhon 2021, propositions 5 to 7): the
// mixture passes 1/alpha at some time with probability at most alpha, so the bound is where it equals 1/alpha.

/** The rho that makes a normal mixture narrowest at intrinsic time `time`. */
export function normalMixtureRho(time: number, alpha: number, sides: Sides): number {
  const level = -2 * Math.log(sides === 2 ? alpha : 2 * alpha);
  return time / (level + Math.log1p(level));
}

/** ln of the normal mixture; one-sided it mixes over positive drifts only. */
export function logNormalMixture(sum: number, time: number, rho: number, sides: Sides): number {
  const spread = time + rho;
  const core = Math.log(rho / spread) / 2 + (sum * sum) / (2 * spread);
  return sides === 2 ? core : core + Math.LN2 + logNormalSf(-sum / Math.sqrt(spread));
}

/** The sum at which it reaches 1/alpha. */
export function normalMixtureBound(
  time: number,
  rho: number,
  alpha: number,
  sides: Sides,
): number | undefined {
  const spread = time + rho;
  const twoSided = Math.sqrt(spread * (Math.log(spread / rho) - 2 * Math.log(alpha)));
  if (sides === 2) return twoSided;
  return findRoot(
    (sum) => logNormalMixture(sum, time, rho, sides) + Math.log(alpha),
    -twoSided,
    2 * twoSided,
  );
}

/** Sub-Bernoulli sums, whose steps lie between −g and h. */
export interface BetaBinomialMixture {
  readonly g: number;
  readonly h: number;
  /** The mixture's own sample size; see `betaBinomialSize`. */
  readonly size: number;
  readonly sides: Sides;
}

/** The size that makes it narrowest at intrinsic time `time`. */
export function betaBinomialSize(time: number, alpha: number, g: number, h: number, sides: Sides): number {
  return Math.max(normalMixtureRho(time, alpha, sides) - g * h, 1e-3 * g * h);
}

export function logBetaBinomialMixture(
  sum: number,
  time: number,
  { g, h, size, sides }: BetaBinomialMixture,
): number {
  const width = g + h;
  const [a, b] = [(size + time - g * sum) / (g * width), (size + time + h * sum) / (h * width)];
  const [a0, b0] = [size / (g * width), size / (h * width)];
  const weight = (time / (g * h)) * Math.log(width);
  const powers = ((time / h + sum) / width) * Math.log(g) + ((time / g - sum) / width) * Math.log(h);
  const cut = sides === 2 ? 0 : Math.log(betaCdf(h / width, a, b) / betaCdf(h / width, a0, b0));
  return weight - powers + logBeta(a, b) - logBeta(a0, b0) + cut;
}

/** The sum at which it reaches 1/alpha; the largest possible sum when it never does. */
export function betaBinomialBound(time: number, mixture: BetaBinomialMixture, alpha: number): number {
  const largest = time / mixture.g;
  const excess = (sum: number): number => logBetaBinomialMixture(sum, time, mixture) + Math.log(alpha);
  return findRoot(excess, 0, largest * (1 - 1e-15)) ?? largest;
}
