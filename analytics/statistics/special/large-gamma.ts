import { erfc } from "./library.ts";

/** Terms fall below rounding after about 10 √shape. */
const termsMax = 100_000;

/** From here on Temme's expansion is right to rounding with two terms, and needs no loop. */
const expansionFrom = 1e7;

/**
 * P(shape, x), the regularised lower incomplete gamma function, for shapes of 400 and more: the series below the
 * shape, one minus Lentz's continued fraction above it (Abramowitz & Stegun 6.5.29 and 6.5.31).
 */
export function largeLowerGamma(shape: number, x: number): number {
  if (x <= 0) return 0;
  if (shape >= expansionFrom) return byExpansion(shape, x, -1);
  return x < shape + 1 ? lowerBySeries(shape, x) : 1 - upperByFraction(shape, x);
}

/** Q(shape, x), the upper one, likewise. */
export function largeUpperGamma(shape: number, x: number): number {
  if (x <= 0) return 1;
  if (shape >= expansionFrom) return byExpansion(shape, x, 1);
  return x < shape + 1 ? 1 - lowerBySeries(shape, x) : upperByFraction(shape, x);
}

/** Temme 1979: Q = erfc(η √(shape/2))/2 + R, P = erfc(−η √(shape/2))/2 − R. */
function byExpansion(shape: number, x: number, side: 1 | -1): number {
  const excess = (x - shape) / shape;
  const half = -logOnePlusMinus(excess); // η²/2
  const eta = Math.sign(excess) * Math.sqrt(2 * half);
  const [first, second] = coefficientsAt(eta, excess);
  const remainder = (Math.exp(-shape * half) / Math.sqrt(2 * Math.PI * shape)) * (first + second / shape);
  return erfc(side * eta * Math.sqrt(shape / 2)) / 2 + side * remainder;
}

function coefficientsAt(eta: number, excess: number): readonly [number, number] {
  // Near 0 both are differences of large equal numbers; their Taylor series are not.
  if (Math.abs(eta) < 0.05) {
    return [
      -1 / 3 +
        eta * (1 / 12 + eta * (-2 / 135 + eta * (1 / 864 + eta * (1 / 2_835 - (eta * 139) / 777_600)))),
      -1 / 540 + eta * (-1 / 288 + (eta * 1) / 378),
    ];
  }
  return [1 / excess - 1 / eta, 1 / eta ** 3 - 1 / excess ** 3 - 1 / excess ** 2 - 1 / (12 * excess)];
}

function lowerBySeries(shape: number, x: number): number {
  let term = 1;
  let sum = 1;
  for (let index = 1; index <= termsMax && term > sum * Number.EPSILON; index++) {
    term *= x / (shape + index);
    sum += term;
  }
  return density(shape, x) * sum;
}

function upperByFraction(shape: number, x: number): number {
  let b = x + 1 - shape;
  let c = 1 / Number.MIN_VALUE ** 0.5;
  let d = 1 / b;
  let fraction = d;
  for (let index = 1; index <= termsMax; index++) {
    const numerator = -index * (index - shape);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    const factor = c * d;
    fraction *= factor;
    if (Math.abs(factor - 1) <= Number.EPSILON) break;
  }
  return density(shape, x) * shape * fraction;
}

/** x^shape e^−x / Γ(shape + 1), by Stirling with its error series, so that large exponents never meet. */
function density(shape: number, x: number): number {
  const excess = (x - shape) / shape;
  const stirling = (1 / 12 - (1 / 360 - 1 / (1_260 * shape ** 2)) / shape ** 2) / shape;
  return Math.exp(shape * logOnePlusMinus(excess) - stirling) / Math.sqrt(2 * Math.PI * shape);
}

/** ln(1 + u) − u without cancellation near 0: 2 atanh(r) − u with r = u / (2 + u). */
function logOnePlusMinus(u: number): number {
  if (Math.abs(u) > 0.3) return Math.log1p(u) - u;
  const r = u / (2 + u);
  const square = r * r;
  let sum = 0;
  for (let odd = 33; odd >= 3; odd -= 2) sum = sum * square + 1 / odd;
  return r * (2 * square * sum - u);
}
