import { erfc, erfcinv, erfcx } from "./library.ts";

const logTwo = Math.LN2;

/** The density of the standard normal distribution. */
export function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/** P(Z > z). */
export function normalSf(z: number): number {
  return erfc(z / Math.SQRT2) / 2;
}

/** P(Z ≤ z). */
export function normalCdf(z: number): number {
  return normalSf(-z);
}

/** ln P(Z > z), also where the tail itself is below the smallest double (z > 38). */
export function logNormalSf(z: number): number {
  if (z < 1) return Math.log1p(-normalSf(-z));
  return Math.log(erfcx(z / Math.SQRT2)) - logTwo - (z * z) / 2;
}

/**
 * The z with P(Z ≤ z) = p. From erfcinv, because the library's own normal quantile goes by erfinv(2p − 1), which has
 * no digits left for p below 1e-10. One Newton step on ln p mends erfcinv's far tail (5e-9 at p = 1e-300).
 */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  const z = -Math.SQRT2 * erfcinv(2 * p);
  if (p > 1e-20 || p === 0) return z;
  const tail = normalCdf(z);
  return z - (Math.log(tail / p) * tail) / normalDensity(z);
}

/** The z with P(Z > z) = p: for tails so small that 1 − p would round to 1. */
export function normalUpperQuantile(p: number): number {
  return -normalQuantile(p);
}
