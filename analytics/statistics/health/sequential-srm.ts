import { logGamma } from "../special/special.ts";

// Sample ratio mismatch that may be looked at after every unit (Lindon & Malek 2020): a Dirichlet mixture over other
// ratios against the intended one. It needs counts only, so a look costs the number of arms.

export interface SequentialRatioArm {
  readonly units: number;
  /** Any positive scale; only the proportions count. */
  readonly weight: number;
}

export type SequentialRatio =
  | {
      readonly kind: "tested";
      readonly logBayesFactor: number;
      /** Of this look; keep the least. */ readonly pValue: number;
    }
  | { readonly kind: "one_variant" }
  /** Units where none can have been put. */
  | { readonly kind: "units_without_weight" }
  | { readonly kind: "bad_counts" };

/** Weight of the intended ratio in the mixture, in units: mismatches of some per cent are found soonest. */
export const concentrationDefault = 10_000;

/** Below this the gamma functions themselves are exact enough; above, their difference is taken by Stirling. */
const stirlingFrom = 50;

export function sequentialRatio(
  arms: readonly SequentialRatioArm[],
  concentration = concentrationDefault,
): SequentialRatio {
  if (
    !arms.every(
      ({ units, weight }) => units >= 0 && Number.isFinite(units) && weight >= 0 && Number.isFinite(weight),
    )
  )
    return { kind: "bad_counts" };
  if (arms.some(({ units, weight }) => weight === 0 && units > 0)) return { kind: "units_without_weight" };
  const weighted = arms.filter(({ weight }) => weight > 0);
  if (weighted.length < 2 || !(concentration > 0)) return { kind: "one_variant" };
  const weights = weighted.reduce((sum, { weight }) => sum + weight, 0);
  const units = weighted.reduce((sum, arm) => sum + arm.units, 0);
  const scale = concentration;
  let logBayesFactor = -excessOfRise(scale, units);
  for (const arm of weighted) logBayesFactor += excessOfRise((scale * arm.weight) / weights, arm.units);
  // What is left of Σ n ln(rate) once each arm's own scale is taken out: n ln(c θ) − n ln θ = n ln c, which cancels.
  return {
    kind: "tested",
    logBayesFactor,
    pValue: Math.max(Number.MIN_VALUE, Math.exp(Math.min(0, -logBayesFactor))),
  };
}

/** ln Γ(a + n) − ln Γ(a) − n ln a: small when n is small beside a, and then without cancellation. */
function excessOfRise(a: number, n: number): number {
  if (n === 0) return 0;
  if (a < stirlingFrom) return logGamma(a + n) - logGamma(a) - n * Math.log(a);
  return (a + n - 0.5) * Math.log1p(n / a) - n + stirlingError(a + n) - stirlingError(a);
}

/** ln Γ(x) − (x − ½) ln x + x − ½ ln 2π, for x ≥ 50. */
function stirlingError(x: number): number {
  const square = x * x;
  return (1 / 12 - (1 / 360 - (1 / 1_260 - 1 / (1_680 * square)) / square) / square) / x;
}
