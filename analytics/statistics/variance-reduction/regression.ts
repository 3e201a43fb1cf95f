import {
  type AlphaOutOfRange,
  alphaOutOfRange,
  type EffectEstimated,
  type NotFinite,
  type TooFewUnits,
  normalEffect,
  studentEffect,
} from "../effect.ts";
import type { Collinear } from "../linear/cholesky.ts";
import { type Columns, type Fit, leastSquares, meanOf, type TooFewRows } from "../linear/least-squares.ts";
import { heteroscedasticErrors, type HeteroscedasticEstimator } from "./heteroscedastic.ts";

// Adjustment for many covariates at once, from raw rows: the effect is a coefficient of a regression. With one
// covariate ANCOVA is CUPED up to the estimate of θ; a covariate that a model predicted from data before the exposure
// (CUPAC) is a covariate like any other.

/** Outcome, arm (0 control, 1 variant) and covariates of each unit. */
export interface AdjustedRows {
  readonly outcome: ArrayLike<number>;
  readonly arm: ArrayLike<number>;
  readonly covariates: Columns;
}

export interface RegressionEstimated extends EffectEstimated {
  /** Intercept, arm, then the covariates (and, interacted, their products with the arm). */
  readonly coefficients: readonly number[];
  readonly degreesOfFreedom: number;
}

export interface RegressionNoVariance {
  readonly kind: "no_variance";
  readonly difference: number;
}

export type RegressionSilence =
  | RegressionNoVariance
  | TooFewUnits
  | TooFewRows
  | Collinear
  | AlphaOutOfRange
  | NotFinite;

export type ErrorEstimator = "classical" | HeteroscedasticEstimator;

/** Analysis of covariance: outcome on arm and covariates, one slope for both arms. */
export function ancova(
  rows: AdjustedRows,
  errors: ErrorEstimator,
  alpha: number,
): RegressionEstimated | RegressionSilence {
  return regress(rows, [rows.arm, ...rows.covariates], errors, alpha);
}

/** Lin 2013: centred covariates and their products with the arm. Never less precise than no adjustment, in large samples. */
export function linInteracted(
  rows: AdjustedRows,
  errors: ErrorEstimator,
  alpha: number,
): RegressionEstimated | RegressionSilence {
  const centred = rows.covariates.map((column) => {
    const mean = meanOf(column);
    return Float64Array.from({ length: column.length }, (_, row) => (column[row] ?? 0) - mean);
  });
  const products = centred.map((column) => column.map((value, row) => value * (rows.arm[row] ?? 0)));
  return regress(rows, [rows.arm, ...centred, ...products], errors, alpha);
}

function regress(
  rows: AdjustedRows,
  columns: Columns,
  errors: ErrorEstimator,
  alpha: number,
): RegressionEstimated | RegressionSilence {
  const wrong = alphaOutOfRange(alpha) ?? unusable(rows);
  if (wrong !== undefined) return wrong;
  const fit = leastSquares(rows.outcome, columns);
  if (fit.kind !== "fitted") return fit;
  const difference = fit.coefficients[1] ?? 0;
  const standardError = errorOf(fit, errors);
  if (isNothing(fit, rows.outcome)) return { kind: "no_variance", difference };
  const { degreesOfFreedom } = fit;
  return {
    ...(errors === "classical"
      ? studentEffect(difference, standardError, degreesOfFreedom, alpha)
      : normalEffect(difference, standardError, alpha)),
    coefficients: [...fit.coefficients],
    degreesOfFreedom,
  };
}

function errorOf(fit: Fit, errors: ErrorEstimator): number {
  if (errors !== "classical") return heteroscedasticErrors(fit, errors)[1] ?? 0;
  return Math.sqrt((fit.residualSquares / fit.degreesOfFreedom) * (fit.bread[1]?.[1] ?? 0));
}

/** The fit passes through every row up to rounding. */
function isNothing(fit: Fit, outcome: ArrayLike<number>): boolean {
  let squares = 0;
  for (let row = 0; row < outcome.length; row++) squares += (outcome[row] ?? 0) ** 2;
  return fit.residualSquares <= squares * (4 * Number.EPSILON) ** 2;
}

function unusable({ outcome, arm, covariates }: AdjustedRows): NotFinite | TooFewUnits | undefined {
  let variants = 0;
  for (let row = 0; row < outcome.length; row++) {
    if (!Number.isFinite(outcome[row]) || covariates.some((column) => !Number.isFinite(column[row])))
      return { kind: "not_finite" };
    if (arm[row] === 1) variants += 1;
  }
  const units = Math.min(variants, outcome.length - variants);
  return units < 2 ? { kind: "too_few_units", units, unitsMin: 2 } : undefined;
}
