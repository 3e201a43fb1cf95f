import { at, type Matrix } from "./cholesky.ts";

export interface Eigen {
  readonly values: Float64Array;
  /** vectors[i] belongs to values[i]; orthonormal. */
  readonly vectors: readonly Float64Array[];
}

/** Jacobi's sweeps converge quadratically; ten are more than a matrix of this kind has ever needed. */
const sweepsMax = 40;

/** Eigenvalues and vectors of a small symmetric matrix by Jacobi's rotations: slow for large ones, exact for small. */
export function symmetricEigen(matrix: Matrix): Eigen {
  const size = matrix.length;
  const a = matrix.map((row) => Float64Array.from(row));
  const vectors = a.map((_, index) => Float64Array.from(a, (_row, column) => (index === column ? 1 : 0)));
  for (let sweep = 0; sweep < sweepsMax; sweep++) {
    let off = 0;
    let all = 0;
    for (const [row, values] of a.entries())
      for (const [column, value] of values.entries()) {
        all += value * value;
        if (row !== column) off += value * value;
      }
    if (off <= all * 1e-34) break;
    for (let p = 0; p < size - 1; p++) for (let q = p + 1; q < size; q++) rotate(a, vectors, p, q);
  }
  return { values: Float64Array.from(a, (_, index) => at(a, index, index)), vectors };
}

function rotate(a: readonly Float64Array[], vectors: readonly Float64Array[], p: number, q: number): void {
  const crossing = at(a, p, q);
  if (crossing === 0) return;
  const theta = (at(a, q, q) - at(a, p, p)) / (2 * crossing);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  for (const row of a) turn(row, p, q, cosine, sine);
  for (let column = 0; column < a.length; column++) {
    const [rowP, rowQ] = [a[p], a[q]];
    if (rowP === undefined || rowQ === undefined) return;
    const [x, y] = [rowP[column] ?? 0, rowQ[column] ?? 0];
    rowP[column] = cosine * x - sine * y;
    rowQ[column] = sine * x + cosine * y;
  }
  const [vectorP, vectorQ] = [vectors[p], vectors[q]];
  if (vectorP === undefined || vectorQ === undefined) return;
  for (let index = 0; index < a.length; index++) {
    const [x, y] = [vectorP[index] ?? 0, vectorQ[index] ?? 0];
    vectorP[index] = cosine * x - sine * y;
    vectorQ[index] = sine * x + cosine * y;
  }
}

function turn(row: Float64Array, p: number, q: number, cosine: number, sine: number): void {
  const [x, y] = [row[p] ?? 0, row[q] ?? 0];
  row[p] = cosine * x - sine * y;
  row[q] = sine * x + cosine * y;
}
