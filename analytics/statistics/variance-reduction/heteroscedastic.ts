import { multiply, quadratic, zeros } from "../linear/cholesky.ts";
import type { Fit } from "../linear/least-squares.ts";

export const heteroscedasticEstimators = ["HC0", "HC1", "HC2", "HC3"] as const;
export type HeteroscedasticEstimator = (typeof heteroscedasticEstimators)[number];

/** Standard errors of a fit that hold when the spread differs between rows (White; MacKinnon and White 1985). */
export function heteroscedasticErrors(fit: Fit, estimator: HeteroscedasticEstimator): Float64Array {
  const width = fit.centred.length + 1;
  const rows = fit.residuals.length;
  const meat = zeros(width);
  const x = new Float64Array(width).fill(1);
  for (let row = 0; row < rows; row++) {
    for (const [index, column] of fit.centred.entries()) x[index + 1] = column[row] ?? 0;
    const weight = (fit.residuals[row] ?? 0) ** 2 * inflation(estimator, 1 - (fit.leverages[row] ?? 0));
    for (const [i, into] of meat.entries())
      for (let j = 0; j < width; j++) into[j] = (into[j] ?? 0) + weight * (x[i] ?? 0) * (x[j] ?? 0);
  }
  const covariance = multiply(multiply(fit.bread, meat), fit.bread);
  const scale = estimator === "HC1" ? rows / (rows - width) : 1;
  return Float64Array.from(fit.directions, (direction) =>
    Math.sqrt(scale * quadratic(direction, covariance, direction)),
  );
}

/** A row that the fit passes through (leverage 1) has no residual to inflate. */
function inflation(estimator: HeteroscedasticEstimator, left: number): number {
  if (left <= 1e-12) return 0;
  if (estimator === "HC2") return 1 / left;
  return estimator === "HC3" ? 1 / left ** 2 : 1;
}
