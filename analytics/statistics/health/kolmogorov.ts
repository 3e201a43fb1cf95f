import { logGamma } from "../special/special.ts";

/** Up to here the exact distribution is computed; its matrix grows with √n. */
export const exactSampleMax = 500;
/** n d² from which both sides together are twice one side, to 1e-10. */
const oneSideFrom = 4;

/** P(D ≥ d) of n independent uniform numbers, where D is the largest distance of their steps from the diagonal. */
export function kolmogorovSf(n: number, d: number): number {
  if (d <= 1 / (2 * n)) return 1;
  if (d >= 1) return 0;
  if (d >= 0.5 || n * d * d >= oneSideFrom) return Math.min(1, 2 * oneSidedSf(n, d));
  return n <= exactSampleMax ? 1 - exactCdf(n, d) : 1 - expandedCdf(n, d);
}

/** P(D⁺ ≥ d), Birnbaum and Tingey 1951: a sum of positive terms, so tails of 1e-200 are right. */
function oneSidedSf(n: number, d: number): number {
  const last = Math.floor(n * (1 - d));
  let sum = 0;
  for (let j = 0; j <= last; j++) {
    const below = d + j / n;
    const above = 1 - below;
    if (above <= 0) continue;
    const choose = logGamma(n + 1) - logGamma(j + 1) - logGamma(n - j + 1);
    sum += Math.exp(choose + (j - 1) * Math.log(below) + (n - j) * Math.log(above));
  }
  return d * sum;
}

/** P(D < d) as an entry of the n-th power of a band matrix (Durbin; Marsaglia, Tsang and Wang 2003). */
function exactCdf(n: number, d: number): number {
  const k = Math.ceil(n * d);
  const size = 2 * k - 1;
  const h = k - n * d;
  const base = stepMatrix(size, h);
  let power = identity(size);
  let square = base;
  let [exponent, squareExponent] = [0, 0];
  for (let left = n; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) {
      power = product(power, square, size);
      exponent += squareExponent;
      exponent += rescale(power);
    }
    square = product(square, square, size);
    squareExponent = 2 * squareExponent + rescale(square);
  }
  let value = power[(k - 1) * size + (k - 1)] ?? 0;
  let scale = exponent;
  // n!/nⁿ, factor by factor, kept within the range of doubles.
  for (let index = 1; index <= n; index++) {
    value *= index / n;
    if (value < 1e-140) {
      value *= 2 ** 512;
      scale -= 512;
    }
  }
  return value * 2 ** scale;
}

function stepMatrix(size: number, h: number): Float64Array {
  const matrix = new Float64Array(size * size);
  const at = (row: number, column: number): number => row * size + column;
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) if (row - column + 1 >= 0) matrix[at(row, column)] = 1;
  for (let row = 0; row < size; row++) {
    const [first, last] = [at(row, 0), at(size - 1, size - 1 - row)];
    matrix[first] = (matrix[first] ?? 0) - h ** (row + 1);
    matrix[last] = (matrix[last] ?? 0) - h ** (row + 1);
  }
  const corner = at(size - 1, 0);
  matrix[corner] = (matrix[corner] ?? 0) + (2 * h - 1 > 0 ? (2 * h - 1) ** size : 0);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      for (let factor = 1; factor <= row - column + 1; factor++)
        matrix[at(row, column)] = (matrix[at(row, column)] ?? 0) / factor;
    }
  }
  return matrix;
}

function identity(size: number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let index = 0; index < size; index++) matrix[index * size + index] = 1;
  return matrix;
}

function product(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const result = new Float64Array(size * size);
  for (let row = 0; row < size; row++)
    for (let k = 0; k < size; k++) {
      const value = a[row * size + k] ?? 0;
      if (value === 0) continue;
      for (let column = 0; column < size; column++) {
        const into = row * size + column;
        result[into] = (result[into] ?? 0) + value * (b[k * size + column] ?? 0);
      }
    }
  return result;
}

/** Divides by a power of two when entries grow large; returns its exponent. */
function rescale(matrix: Float64Array): number {
  const largest = matrix.reduce((most, value) => Math.max(most, value), 0);
  if (largest < 1e140) return 0;
  for (let index = 0; index < matrix.length; index++) matrix[index] = (matrix[index] ?? 0) * 2 ** -464;
  return 464;
}

/** P(D < d) for large n: the limit and three corrections (Pelz and Good 1976). */
function expandedCdf(n: number, d: number): number {
  const root = Math.sqrt(n);
  const z = root * d;
  const z2 = z * z;
  const root2Pi = Math.sqrt(Math.PI / 2);
  const pi2 = Math.PI * Math.PI;
  let [k0, k1, k2, k3] = [0, 0, 0, 0];
  for (let k = 0; k < 60; k++) {
    const x = pi2 * (k + 0.5) ** 2;
    const weight = 2 * Math.exp(-x / (2 * z2));
    k0 += weight;
    k1 += weight * (x - z2);
    k2 += weight * (6 * z2 ** 3 + 2 * z2 ** 2 + x * (2 * z2 ** 2 - 5 * z2) + x * x * (1 - 2 * z2));
    k3 +=
      weight *
      (x ** 3 * (5 - 30 * z2) +
        x * x * (212 * z2 ** 2 - 60 * z2) +
        x * (135 * z2 ** 2 - 96 * z2 ** 3) -
        30 * z2 ** 3 -
        90 * z2 ** 4);
  }
  let [even2, even3] = [0, 0];
  for (let k = 1; k < 60; k++) {
    const x = pi2 * k * k;
    const weight = 2 * Math.exp(-x / (2 * z2));
    even2 += weight * x;
    even3 += weight * (3 * x * z2 - x * x);
  }
  return (
    root2Pi *
    (k0 / z +
      k1 / (6 * z2 ** 2 * root) +
      (k2 / (72 * z2 ** 3 * z) - even2 / (36 * z2 * z)) / n +
      (k3 / (6_480 * z2 ** 5) + even3 / (216 * z2 ** 3)) / (n * root))
  );
}
