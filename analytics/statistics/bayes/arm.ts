import { deviance, stirlingError } from "../special/deviance.ts";
import { betaCdf, betaQuantile, betaSf, gammaLower, gammaQuantile, gammaUpper } from "../special/special.ts";

/**
 * The posterior of one arm's rate on a scale u without ends (log-odds of a proportion, logarithm of a rate), where its
 * density has one peak and falls off at least exponentially, however few the events.
 */
export interface PosteriorArm {
  readonly mean: number;
  readonly interval: (alpha: number) => readonly [number, number];
  /** The peak, and about one standard deviation, in u. */
  readonly centre: number;
  readonly scale: number;
  /** P(rate ≤ the rate at u), P(rate > it), and the density in u. */
  readonly lower: (u: number) => number;
  readonly upper: (u: number) => number;
  readonly density: (u: number) => number;
  /** d rate / d u. */
  readonly slope: (u: number) => number;
}

/** Beta(a, b), in log-odds. */
export function betaArm(a: number, b: number): PosteriorArm {
  const total = a + b;
  const constant =
    0.5 * Math.log((a / (2 * Math.PI)) * (b / total)) +
    stirlingError(total) -
    stirlingError(a) -
    stirlingError(b);
  const share = (u: number): number => 1 / (1 + Math.exp(-u));
  return {
    mean: a / total,
    interval: (alpha) => [betaQuantile(alpha / 2, a, b), 1 - betaQuantile(alpha / 2, b, a)],
    centre: Math.log(a / b),
    scale: Math.sqrt(trigamma(a) + trigamma(b)),
    // Beyond a half the complement is the one with the digits.
    lower: (u) => (u <= 0 ? betaCdf(share(u), a, b) : betaSf(share(-u), b, a)),
    upper: (u) => (u <= 0 ? betaSf(share(u), a, b) : betaCdf(share(-u), b, a)),
    density: (u) => Math.exp(constant - deviance(a, total * share(u)) - deviance(b, total * share(-u))),
    slope: (u) => share(u) * share(-u),
  };
}

/** Gamma with this shape and rate, in logarithms. */
export function gammaArm(shape: number, rate: number): PosteriorArm {
  const constant = 0.5 * Math.log(shape / (2 * Math.PI)) - stirlingError(shape);
  const scaled = (u: number): number => rate * Math.exp(u);
  return {
    mean: shape / rate,
    interval: (alpha) => [gammaQuantile(alpha / 2, shape) / rate, gammaQuantile(1 - alpha / 2, shape) / rate],
    centre: Math.log(shape / rate),
    scale: Math.sqrt(trigamma(shape)),
    lower: (u) => gammaLower(shape, scaled(u)),
    upper: (u) => gammaUpper(shape, scaled(u)),
    density: (u) => Math.exp(constant - deviance(shape, scaled(u))),
    slope: (u) => Math.exp(u),
  };
}

/** Variance of ln Gamma(x): good to a per cent, which is all a scale needs. */
function trigamma(x: number): number {
  return x < 1 ? 1 / x ** 2 + trigamma(x + 1) : 1 / x + 1 / (2 * x * x) + 1 / (6 * x ** 3);
}
