import { type AlphaOutOfRange, alphaOutOfRange } from "../effect.ts";
import type { EventCount } from "../methods/poisson-rates.ts";
import type { Proportion } from "../methods/two-proportion.ts";
import { betaArm, gammaArm, type PosteriorArm } from "./arm.ts";
import { bestArm } from "./best-arm.ts";

export interface RatePosterior {
  readonly kind: "posterior";
  readonly arms: readonly {
    readonly mean: number;
    /** Equal tails of alpha / 2. */
    readonly interval: readonly [number, number];
    readonly probabilityBest: number;
    readonly expectedLoss: number;
  }[];
  readonly expectedMax: number;
}

export type RatePosteriorSilence =
  | { readonly kind: "bad_prior" }
  | { readonly kind: "impossible_counts" }
  | { readonly kind: "too_few_arms" }
  | AlphaOutOfRange;

/** Beta(1, 1): every proportion equally likely. */
export const uniformPrior: BetaPrior = { alpha: 1, beta: 1 };

export interface BetaPrior {
  readonly alpha: number;
  readonly beta: number;
}

/** Two or more proportions with a beta prior: chance to be best, expected loss, credible intervals. */
export function betaBinomial(
  arms: readonly Proportion[],
  prior: BetaPrior,
  alpha: number,
): RatePosterior | RatePosteriorSilence {
  if (!isPositive(prior.alpha) || !isPositive(prior.beta)) return { kind: "bad_prior" };
  if (arms.some(({ count, successes }) => !(successes >= 0 && successes <= count && Number.isFinite(count))))
    return { kind: "impossible_counts" };
  return compared(
    arms.map(({ count, successes }) => betaArm(prior.alpha + successes, prior.beta + (count - successes))),
    alpha,
  );
}

export interface GammaPrior {
  readonly shape: number;
  readonly rate: number;
}

/** Two or more Poisson rates with a gamma prior. */
export function gammaPoisson(
  arms: readonly EventCount[],
  prior: GammaPrior,
  alpha: number,
): RatePosterior | RatePosteriorSilence {
  if (!isPositive(prior.shape) || !isPositive(prior.rate)) return { kind: "bad_prior" };
  if (
    arms.some(({ events, exposure }) => !(events >= 0 && exposure >= 0 && Number.isFinite(events + exposure)))
  )
    return { kind: "impossible_counts" };
  return compared(
    arms.map(({ events, exposure }) => gammaArm(prior.shape + events, prior.rate + exposure)),
    alpha,
  );
}

function compared(arms: readonly PosteriorArm[], alpha: number): RatePosterior | RatePosteriorSilence {
  const wrong = alphaOutOfRange(alpha);
  if (wrong !== undefined) return wrong;
  if (arms.length < 2) return { kind: "too_few_arms" };
  const { probabilityBest, expectedLoss, expectedMax } = bestArm(arms);
  return {
    kind: "posterior",
    arms: arms.map(({ mean, interval }, index) => ({
      mean,
      interval: interval(alpha),
      probabilityBest: probabilityBest[index] ?? 0,
      expectedLoss: expectedLoss[index] ?? 0,
    })),
    expectedMax,
  };
}

const isPositive = (value: number): boolean => value > 0 && Number.isFinite(value);
