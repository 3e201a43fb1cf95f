/** A symmetric matrix, row by row; both halves are filled. */
export type Matrix = readonly Float64Array[];

export const zeros = (size: number): Float64Array[] =>
  Array.from({ length: size }, () => new Float64Array(size));

export const at = (matrix: Matrix, row: number, column: number): number => matrix[row]?.[column] ?? 0;

/** A column that the ones before it explain up to this share of its own square counts as a copy of them. */
const collinearity = 1e-12;

export interface Factored {
  readonly kind: "factored";
  /** Solves A x = b. */
  readonly solve: (right: ArrayLike<number>) => Float64Array;
  readonly inverse: () => Float64Array[];
}

export interface Collinear {
  readonly kind: "collinear";
  /** The first column that is a combination of those before it. */
  readonly column: number;
}

/** Cholesky's factor of a positive definite matrix, after scaling its diagonal to 1: units of measurement drop out. */
export function factor(matrix: Matrix): Factored | Collinear {
  const size = matrix.length;
  const scale = Float64Array.from({ length: size }, (_, index) => 1 / Math.sqrt(at(matrix, index, index)));
  const lower = zeros(size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = at(matrix, row, column) * (scale[row] ?? 0) * (scale[column] ?? 0);
      for (let k = 0; k < column; k++) sum -= at(lower, row, k) * at(lower, column, k);
      if (row === column && !(sum > collinearity)) return { kind: "collinear", column };
      set(lower, row, column, row === column ? Math.sqrt(sum) : sum / at(lower, column, column));
    }
  }
  const solve = (right: ArrayLike<number>): Float64Array => {
    const x = Float64Array.from({ length: size }, (_, index) => (right[index] ?? 0) * (scale[index] ?? 0));
    for (let row = 0; row < size; row++) {
      for (let k = 0; k < row; k++) x[row] = (x[row] ?? 0) - at(lower, row, k) * (x[k] ?? 0);
      x[row] = (x[row] ?? 0) / at(lower, row, row);
    }
    for (let row = size - 1; row >= 0; row--) {
      for (let k = row + 1; k < size; k++) x[row] = (x[row] ?? 0) - at(lower, k, row) * (x[k] ?? 0);
      x[row] = (x[row] ?? 0) / at(lower, row, row);
    }
    return x.map((value, index) => value * (scale[index] ?? 0));
  };
  const inverse = (): Float64Array[] =>
    Array.from({ length: size }, (_, column) =>
      solve(Float64Array.from({ length: size }, (_, row) => (row === column ? 1 : 0))),
    );
  return { kind: "factored", solve, inverse };
}

function set(matrix: readonly Float64Array[], row: number, column: number, value: number): void {
  const values = matrix[row];
  if (values !== undefined) values[column] = value;
}

/** A B, square. */
export function multiply(a: Matrix, b: Matrix): Float64Array[] {
  const product = zeros(a.length);
  for (const [row, into] of product.entries()) {
    for (let column = 0; column < into.length; column++) {
      let sum = 0;
      for (let k = 0; k < into.length; k++) sum += at(a, row, k) * at(b, k, column);
      into[column] = sum;
    }
  }
  return product;
}

/** x'A y. */
export function quadratic(x: ArrayLike<number>, matrix: Matrix, y: ArrayLike<number>): number {
  let sum = 0;
  for (const [row, values] of matrix.entries()) {
    for (const [column, value] of values.entries()) sum += (x[row] ?? 0) * value * (y[column] ?? 0);
  }
  return sum;
}
