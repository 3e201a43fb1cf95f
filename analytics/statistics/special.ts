import betainc from "@stdlib/math-base-special-betainc";
import erfc from "@stdlib/math-base-special-erfc";
import erfcinv from "@stdlib/math-base-special-erfcinv";
import gammainc from "@stdlib/math-base-special-gammainc";
import studentQuantileOf from "@stdlib/stats-base-dists-t-quantile";
import { largeUpperGamma } from "./upper-gamma.ts";

// The one door to distributions. A tail is always computed as a tail: 1 − cdf is 0 below 1e-16, and a p-value of 0
// is a claim nobody can make.

/** P(Z > z). */
export function normalSf(z: number): number {
  return erfc(z / Math.SQRT2) / 2;
}

/** P(Z ≤ z). */
export function normalCdf(z: number): number {
  return normalSf(-z);
}

/**
 * The z with P(Z ≤ z) = p. From erfcinv, because the library's own normal quantile goes by erfinv(2p − 1), which has
 * no digits left for p below 1e-10. One Newton step on ln p mends erfcinv's far tail (5e-9 at p = 1e-300).
 */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  const z = -Math.SQRT2 * erfcinv(2 * p);
  if (p > 1e-20 || p === 0) return z;
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const tail = normalCdf(z);
  return z - (Math.log(tail / p) * tail) / density;
}

/** P(T > t), Student's t with any positive degrees of freedom. */
export function studentSf(t: number, degreesOfFreedom: number): number {
  if (t < 0) return 1 - studentSf(-t, degreesOfFreedom); // at least a half: nothing is lost
  const square = t * t;
  // Of the two equal forms, the one whose argument is not rounded to 1.
  return square < degreesOfFreedom
    ? betainc(square / (degreesOfFreedom + square), 0.5, degreesOfFreedom / 2, true, true) / 2
    : betainc(degreesOfFreedom / (degreesOfFreedom + square), degreesOfFreedom / 2, 0.5, true, false) / 2;
}

/** The t with P(T ≤ t) = p. */
export function studentQuantile(p: number, degreesOfFreedom: number): number {
  return studentQuantileOf(p, degreesOfFreedom);
}

/** P(X > x), chi-square. */
export function chiSquareSf(x: number, degreesOfFreedom: number): number {
  const shape = degreesOfFreedom / 2;
  // The library errs by per cents near x = shape from a shape of about 930; we leave it at 400.
  return shape < 400 ? gammainc(x / 2, shape, true, true) : largeUpperGamma(shape, x / 2);
}

/** Twice the upper tail of |statistic|; at least the smallest double, as no data makes a p-value 0. */
export function twoSided(upperTail: number): number {
  return Math.max(Number.MIN_VALUE, Math.min(1, 2 * upperTail));
}
