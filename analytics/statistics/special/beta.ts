import { betainc, gammaln, kernelBetaincinv } from "./library.ts";

/** ln B(a, b). */
export function logBeta(a: number, b: number): number {
  return gammaln(a) + gammaln(b) - gammaln(a + b);
}

/** P(X ≤ x), beta distribution. */
export function betaCdf(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  return x >= 1 ? 1 : betainc(x, a, b, true, false);
}

/** P(X > x), beta distribution. */
export function betaSf(x: number, a: number, b: number): number {
  if (x <= 0) return 1;
  return x >= 1 ? 0 : betainc(x, a, b, true, true);
}

/** The x with P(X ≤ x) = p, beta distribution. */
export function betaQuantile(p: number, a: number, b: number): number {
  if (p <= 0) return 0;
  return p >= 1 ? 1 : (kernelBetaincinv(a, b, p, 1 - p)[0] ?? Number.NaN);
}

/** P(F > x), the F distribution. */
export function fSf(x: number, numeratorDf: number, denominatorDf: number): number {
  if (x <= 0) return 1;
  const product = numeratorDf * x;
  // Of the two equal forms, the one whose argument is not rounded to 1.
  return product < denominatorDf
    ? betainc(product / (denominatorDf + product), numeratorDf / 2, denominatorDf / 2, true, true)
    : betainc(denominatorDf / (denominatorDf + product), denominatorDf / 2, numeratorDf / 2, true, false);
}

/** P(X ≤ successes) of `trials` trials with success probability p. */
export function binomialCdf(successes: number, trials: number, p: number): number {
  const whole = Math.floor(successes);
  if (whole < 0) return 0;
  return whole >= trials ? 1 : betaSf(p, whole + 1, trials - whole);
}

/** P(X ≥ successes) of `trials` trials with success probability p. */
export function binomialSf(successes: number, trials: number, p: number): number {
  const whole = Math.ceil(successes);
  if (whole <= 0) return 1;
  return whole > trials ? 0 : betaCdf(p, whole, trials - whole + 1);
}
