import { gammaln } from "./library.ts";

// The two pieces of a probability that are computed without subtracting large logarithms (Loader 2000): with them a
// binomial, Poisson, beta or gamma density keeps its digits at counts of millions.

const halfLogTau = 0.9189385332046728;

/** ln Γ(n + 1) − (n + ½) ln n + n − ½ ln 2π: what Stirling's formula leaves out. n > 0. */
export function stirlingError(n: number): number {
  if (n < 16) return gammaln(n + 1) - (n + 0.5) * Math.log(n) + n - halfLogTau;
  const square = n * n;
  return (
    (1 / 12 - (1 / 360 - (1 / 1_260 - (1 / 1_680 - 1 / (1_188 * square)) / square) / square) / square) / n
  );
}

/** x ln(x/m) + m − x: how far a count x lies from its mean m, at least 0. */
export function deviance(x: number, mean: number): number {
  if (x === 0) return mean;
  const difference = x - mean;
  if (Math.abs(difference) >= 0.1 * (x + mean)) return x * Math.log(x / mean) + mean - x;
  // 2x atanh(v) − (x − m) as a series, where the closed form would cancel.
  const v = difference / (x + mean);
  const square = v * v;
  let sum = difference * v;
  let power = 2 * x * v;
  for (let odd = 3; ; odd += 2) {
    power *= square;
    const next = sum + power / odd;
    if (next === sum) return sum;
    sum = next;
  }
}

/** P(X = k) of n draws that each succeed with probability p. */
export function binomialPmf(k: number, n: number, p: number): number {
  if (p <= 0) return k === 0 ? 1 : 0;
  if (p >= 1) return k === n ? 1 : 0;
  if (k === 0) return Math.exp(n * Math.log1p(-p));
  if (k === n) return Math.exp(n * Math.log(p));
  const log =
    stirlingError(n) -
    stirlingError(k) -
    stirlingError(n - k) -
    deviance(k, n * p) -
    deviance(n - k, n * (1 - p));
  return Math.exp(log) * Math.sqrt(n / (2 * Math.PI * k * (n - k)));
}
