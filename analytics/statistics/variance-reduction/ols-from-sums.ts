import { at, type Collinear, factor, type Matrix } from "../linear/cholesky.ts";
import type { TooFewRows } from "../linear/least-squares.ts";

/** Normal equations, which merge by addition. A column of ones, if wanted, is one of the columns. */
export interface NormalEquations {
  readonly rows: number;
  readonly gram: Matrix;
  readonly cross: ArrayLike<number>;
  readonly outcomeSquares: number;
}

export interface FitFromSums {
  readonly kind: "fitted";
  readonly coefficients: Float64Array;
  readonly standardErrors: Float64Array;
  readonly residualVariance: number;
  readonly covariance: readonly Float64Array[];
  readonly degreesOfFreedom: number;
}

/** The residuals are smaller than what rounding leaves of y'y − b'X'y. */
export interface NoResiduals {
  readonly kind: "no_residuals";
  readonly coefficients: Float64Array;
}

/** Share of y'y that its difference from b'X'y loses to rounding. */
const lost = 1e-13;

/** Least squares from X'X, X'y and y'y, with classical standard errors. Sums of centred columns keep more digits. */
export function olsFromSums({
  rows,
  gram,
  cross,
  outcomeSquares,
}: NormalEquations): FitFromSums | TooFewRows | Collinear | NoResiduals {
  const width = gram.length;
  if (rows <= width) return { kind: "too_few_rows", rows, rowsMin: width + 1 };
  const factored = factor(gram);
  if (factored.kind === "collinear") return factored;
  const coefficients = factored.solve(cross);
  // Once more for what rounding left of the equations.
  const rest = factored.solve(
    Float64Array.from({ length: width }, (_, row) => {
      let left = cross[row] ?? 0;
      for (let column = 0; column < width; column++)
        left -= at(gram, row, column) * (coefficients[column] ?? 0);
      return left;
    }),
  );
  for (const [index, value] of rest.entries()) coefficients[index] = (coefficients[index] ?? 0) + value;
  let explained = 0;
  for (const [index, value] of coefficients.entries()) explained += value * (cross[index] ?? 0);
  const residualSquares = outcomeSquares - explained;
  if (residualSquares <= outcomeSquares * lost) return { kind: "no_residuals", coefficients };
  const degreesOfFreedom = rows - width;
  const residualVariance = residualSquares / degreesOfFreedom;
  const covariance = factored.inverse().map((row) => row.map((value) => value * residualVariance));
  return {
    kind: "fitted",
    coefficients,
    standardErrors: Float64Array.from(covariance, (_, index) => Math.sqrt(at(covariance, index, index))),
    residualVariance,
    covariance,
    degreesOfFreedom,
  };
}
