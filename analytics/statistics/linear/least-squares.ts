import { at, type Collinear, factor, type Matrix, zeros } from "./cholesky.ts";

/** Columns of equal length; the intercept is not among them. */
export type Columns = readonly ArrayLike<number>[];

export interface Fit {
  readonly kind: "fitted";
  /** Intercept first, then one a column. */
  readonly coefficients: Float64Array;
  readonly residuals: Float64Array;
  readonly residualSquares: number;
  /** (X'X)⁻¹ of the intercept and the centred columns, which are at right angles to it. */
  readonly bread: readonly Float64Array[];
  readonly centred: readonly Float64Array[];
  /** What each coefficient is of the centred fit's: the intercept's row takes the means along. */
  readonly directions: readonly Float64Array[];
  /** x'(X'X)⁻¹x of each row. */
  readonly leverages: Float64Array;
  readonly degreesOfFreedom: number;
}

export interface TooFewRows {
  readonly kind: "too_few_rows";
  readonly rows: number;
  readonly rowsMin: number;
}

/**
 * Ordinary least squares with an intercept. All columns are centred first, so an offset of a billion costs no digit;
 * what the fit says of the uncentred columns is put together afterwards.
 */
export function leastSquares(y: ArrayLike<number>, columns: Columns): Fit | TooFewRows | Collinear {
  const rows = y.length;
  const width = columns.length;
  if (rows < width + 2) return { kind: "too_few_rows", rows, rowsMin: width + 2 };
  const means = columns.map(meanOf);
  const centred = columns.map((column, index) => centre(column, means[index] ?? 0));
  const meanY = meanOf(y);
  const outcome = centre(y, meanY);
  const gram = zeros(width);
  const right = new Float64Array(width);
  for (const [i, x] of centred.entries()) {
    right[i] = dot(x, outcome);
    for (const [j, other] of centred.entries()) if (j <= i) put(gram, i, j, dot(x, other));
  }
  const factored = factor(gram);
  if (factored.kind === "collinear") return { kind: "collinear", column: factored.column + 1 };
  const slopes = factored.solve(right);
  const residuals = Float64Array.from(outcome);
  for (const [i, x] of centred.entries()) subtract(residuals, x, slopes[i] ?? 0);
  // What rounding left of the residuals' projection is solved for once more.
  const rest = factored.solve(centred.map((x) => dot(x, residuals)));
  for (const [i, x] of centred.entries()) {
    slopes[i] = (slopes[i] ?? 0) + (rest[i] ?? 0);
    subtract(residuals, x, rest[i] ?? 0);
  }
  const inverse = factored.inverse();
  return {
    kind: "fitted",
    coefficients: Float64Array.of(meanY - dot(slopes, means), ...slopes),
    residuals,
    residualSquares: dot(residuals, residuals),
    bread: withIntercept(inverse, rows),
    centred,
    directions: directionsOf(means),
    leverages: leveragesOf(centred, inverse, rows),
    degreesOfFreedom: rows - width - 1,
  };
}

function withIntercept(inverse: Matrix, rows: number): Float64Array[] {
  const bread = zeros(inverse.length + 1);
  put(bread, 0, 0, 1 / rows);
  for (const [i, row] of inverse.entries())
    for (const [j, value] of row.entries()) put(bread, i + 1, j + 1, value);
  return bread;
}

function directionsOf(means: readonly number[]): Float64Array[] {
  const directions = zeros(means.length + 1);
  for (const [index, row] of directions.entries()) row[index] = 1;
  for (const [index, mean] of means.entries()) {
    const first = directions[0];
    if (first !== undefined) first[index + 1] = -mean;
  }
  return directions;
}

function leveragesOf(centred: readonly Float64Array[], inverse: Matrix, rows: number): Float64Array {
  const leverages = new Float64Array(rows).fill(1 / rows);
  for (const [i, x] of centred.entries())
    for (const [j, other] of centred.entries()) {
      const weight = at(inverse, i, j);
      for (let row = 0; row < rows; row++)
        leverages[row] = (leverages[row] ?? 0) + weight * (x[row] ?? 0) * (other[row] ?? 0);
    }
  return leverages;
}

function put(matrix: readonly Float64Array[], row: number, column: number, value: number): void {
  const [one, other] = [matrix[row], matrix[column]];
  if (one !== undefined) one[column] = value;
  if (other !== undefined) other[row] = value;
}

/** Mean by running updates, then mended by the mean of what is left. */
export function meanOf(values: ArrayLike<number>): number {
  let mean = 0;
  for (let index = 0; index < values.length; index++) mean += ((values[index] ?? 0) - mean) / (index + 1);
  let rest = 0;
  for (let index = 0; index < values.length; index++) rest += (values[index] ?? 0) - mean;
  return values.length === 0 ? 0 : mean + rest / values.length;
}

function centre(values: ArrayLike<number>, mean: number): Float64Array {
  return Float64Array.from({ length: values.length }, (_, index) => (values[index] ?? 0) - mean);
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}

function subtract(from: Float64Array, values: Float64Array, times: number): void {
  for (let index = 0; index < from.length; index++)
    from[index] = (from[index] ?? 0) - times * (values[index] ?? 0);
}
