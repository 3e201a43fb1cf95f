import { gammainc, gammaln } from "./library.ts";
import { largeLowerGamma, largeUpperGamma } from "./large-gamma.ts";
import { normalQuantile } from "./normal.ts";

/** The library's gammainc errs by per cents near x = shape from a shape of about 930; we leave it at 400. */
const librarySafeBelow = 400;

/** ln Γ(x), x > 0. */
export function logGamma(x: number): number {
  return gammaln(x);
}

/** P(shape, x): the regularised lower incomplete gamma function. */
export function gammaLower(shape: number, x: number): number {
  if (x <= 0) return 0;
  return shape < librarySafeBelow ? gammainc(x, shape, true, false) : largeLowerGamma(shape, x);
}

/** Q(shape, x): the regularised upper incomplete gamma function. */
export function gammaUpper(shape: number, x: number): number {
  if (x <= 0) return 1;
  return shape < librarySafeBelow ? gammainc(x, shape, true, true) : largeUpperGamma(shape, x);
}

/** P(X > x), chi-square. */
export function chiSquareSf(x: number, degreesOfFreedom: number): number {
  return gammaUpper(degreesOfFreedom / 2, x / 2);
}

const stepsMax = 100;

/**
 * The x with P(shape, x) = p. Newton in ln x on the logarithm of the smaller tail, which keeps every digit of both
 * tails; each step stays inside the bracket that the former ones have found.
 */
export function gammaQuantile(p: number, shape: number): number {
  if (p <= 0) return 0;
  if (p >= 1) return Number.POSITIVE_INFINITY;
  const lower = p <= 0.5;
  const target = Math.log(lower ? p : 1 - p);
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  let logX = startOf(p, shape);
  for (let step = 0; step < stepsMax; step++) {
    const x = Math.exp(logX);
    const tail = lower ? gammaLower(shape, x) : gammaUpper(shape, x);
    const excess = (Math.log(tail) - target) * (lower ? 1 : -1);
    if (excess > 0) high = logX;
    else low = logX;
    const logDensity = shape * logX - x - gammaln(shape);
    const move = (excess * tail) / Math.exp(logDensity);
    if (Math.abs(move) <= 2e-16 * Math.max(1, Math.abs(logX))) return Math.exp(logX - move);
    const next = logX - move;
    logX = next > low && next < high ? next : middle(low, high, logX);
  }
  return Math.exp(logX);
}

function middle(low: number, high: number, at: number): number {
  if (low === Number.NEGATIVE_INFINITY) return Math.min(at, high) - 1;
  return high === Number.POSITIVE_INFINITY ? Math.max(at, low) + 1 : (low + high) / 2;
}

/** ln x to begin with: Wilson and Hilferty's cube, or the first term of the series near 0. */
function startOf(p: number, shape: number): number {
  const scale = 1 / (9 * shape);
  const cube = 1 - scale + normalQuantile(p) * Math.sqrt(scale);
  if (cube > 0.2) return Math.log(shape) + 3 * Math.log(cube);
  return (Math.log(p) + gammaln(shape + 1)) / shape;
}
