import { satterthwaite, uncertainMean } from "../../methods/welch.ts";
import { type MeanSummary, mergeMoments, noMoments, variance } from "../../moments.ts";
import type { Stratum } from "../../variance-reduction/post-stratification.ts";
import { studentQuantile, studentSf, twoSided } from "../../special/special.ts";
import { statusOf } from "./shapes.ts";

// GrowthBook's variance of a post-stratified effect: the strata's sizes are taken as multinomial, so the variance of the
// weights, α'Cov(ν)α/n, is added to that of the means.

export function gbPostStratified(strata: readonly Stratum[], relative: boolean, alpha: number): unknown {
  const cells = strata.filter(({ control, variant }) => control.count + variant.count > 0);
  const sizes = cells.map(({ control, variant }) => control.count + variant.count);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const shares = sizes.map((size) => size / total);
  // Per stratum: (control's mean, difference), and n times their covariance.
  const means = cells.map(({ control, variant }) => [control.mean, variant.mean - control.mean] as const);
  const within = cells.map(({ control, variant }, k) => {
    const a = ((variance(control) ?? 0) / control.count) * (sizes[k] ?? 0);
    const b = ((variance(variant) ?? 0) / variant.count) * (sizes[k] ?? 0);
    return [a, -a, a + b] as const; // control, crossing, difference
  });
  const meanOf = (row: 0 | 1): number =>
    means.reduce((sum, mean, k) => sum + (shares[k] ?? 0) * mean[row], 0);
  const between = (row: 0 | 1, column: 0 | 1): number =>
    (means.reduce((sum, mean, k) => sum + (shares[k] ?? 0) * mean[row] * mean[column], 0) -
      meanOf(row) * meanOf(column)) /
    total;
  const inside = (part: 0 | 1 | 2): number =>
    within.reduce((sum, w, k) => sum + w[part] * (shares[k] ?? 0), 0) / total;
  const covariance = [
    between(0, 0) + inside(0),
    between(0, 1) + inside(1),
    between(1, 1) + inside(2),
  ] as const;
  const [control, difference] = [meanOf(0), meanOf(1)];
  if (relative && control === 0) return statusOf("zero_denominator");
  if (
    cells.every((cell) => uncertainMean(cell.control).variance + uncertainMean(cell.variant).variance === 0)
  )
    return statusOf("no_variance");
  const gradient = relative ? ([-difference / control ** 2, 1 / control] as const) : ([0, 1] as const);
  const estimate = relative ? difference / control : difference;
  const se = Math.sqrt(
    gradient[0] ** 2 * covariance[0] +
      2 * gradient[0] * gradient[1] * covariance[1] +
      gradient[1] ** 2 * covariance[2],
  );
  // p and interval from Welch's t with the degrees of freedom of the unstratified groups.
  const [a, b] = (["control", "variant"] as const).map((arm) =>
    cells.map((cell) => cell[arm]).reduce<MeanSummary>(mergeMoments, noMoments),
  );
  if (a === undefined || b === undefined) return statusOf("no_units");
  const df = satterthwaite(uncertainMean(a).variance, a.count, uncertainMean(b).variance, b.count);
  const reach = studentQuantile(1 - alpha / 2, df) * se;
  return {
    estimate,
    se,
    ci: [estimate - reach, estimate + reach],
    p_value: twoSided(studentSf(Math.abs(estimate / se), df)),
  };
}
