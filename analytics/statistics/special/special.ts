// The door to distributions and special functions. A tail is always computed as a tail: 1 − cdf is 0 below 1e-16,
// and a p-value of 0 is a claim nobody can make.
export { betaCdf, betaQuantile, betaSf, binomialCdf, binomialSf, fSf, logBeta } from "./beta.ts";
export { CounterRandom } from "./counter-random.ts";
export { chiSquareSf, gammaLower, gammaQuantile, gammaUpper, logGamma } from "./gamma.ts";
export { gaussLegendre, integrate } from "./gauss-legendre.ts";
export { lowerLambertOfLog } from "./lambert.ts";
export { erfcx } from "./library.ts";
export { noncentralStudentSf } from "./noncentral-student.ts";
export {
  logNormalSf,
  normalCdf,
  normalDensity,
  normalQuantile,
  normalSf,
  normalUpperQuantile,
} from "./normal.ts";
export { findRoot } from "./root.ts";
export { studentQuantile, studentSf } from "./student.ts";

/** Twice the upper tail of |statistic|; at least the smallest double, as no data makes a p-value 0. */
export function twoSided(upperTail: number): number {
  return Math.max(Number.MIN_VALUE, Math.min(1, 2 * upperTail));
}
