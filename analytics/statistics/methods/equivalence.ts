import type { AlphaOutOfRange, NotFinite, NoVariance, TooFewUnits } from "../effect.ts";
import { oneSided } from "../effect.ts";
import type { MeanSummary } from "../moments.ts";
import { studentQuantile, studentSf } from "../special/special.ts";
import { welch } from "./welch.ts";

/** A margin in the metric's own unit, or as a share of |control's mean|. */
export interface Margin {
  readonly scale: "absolute" | "relative";
  readonly value: number;
}

export interface Equivalence {
  readonly kind: "tested";
  readonly difference: number;
  readonly standardError: number;
  readonly degreesOfFreedom: number;
  /** (difference − low) / SE with p of "not below low", and (difference − high) / SE with p of "not above high". */
  readonly lower: { readonly statistic: number; readonly pValue: number };
  readonly upper: { readonly statistic: number; readonly pValue: number };
  /** The larger of the two. */
  readonly pValue: number;
  readonly equivalent: boolean;
}

export interface BadMargin {
  readonly kind: "bad_margin";
}

type Silence = TooFewUnits | NoVariance | AlphaOutOfRange | NotFinite | BadMargin;

/** Two one-sided tests (Schuirmann 1987), Welch's t: is the difference within (low, high)? */
export function equivalence(
  control: MeanSummary,
  variant: MeanSummary,
  { low, high }: { readonly low: number; readonly high: number },
  alpha: number,
): Equivalence | Silence {
  if (!(low < high)) return { kind: "bad_margin" };
  const result = welch(control, variant, alpha);
  if (result.kind !== "estimated") return result;
  const { difference, standardError, degreesOfFreedom } = result;
  const lower = (difference - low) / standardError;
  const upper = (difference - high) / standardError;
  const pLower = oneSided(studentSf(lower, degreesOfFreedom));
  const pUpper = oneSided(studentSf(-upper, degreesOfFreedom));
  const pValue = Math.max(pLower, pUpper);
  return {
    kind: "tested",
    difference,
    standardError,
    degreesOfFreedom,
    lower: { statistic: lower, pValue: pLower },
    upper: { statistic: upper, pValue: pUpper },
    pValue,
    equivalent: pValue < alpha,
  };
}

export interface NonInferiority {
  readonly kind: "tested";
  /** How much worse than control is still accepted, as a difference of means. */
  readonly margin: number;
  readonly difference: number;
  readonly statistic: number;
  readonly pValue: number;
  /** The end of the one-sided interval on the side of harm. */
  readonly bound: number;
  readonly nonInferior: boolean;
}

/**
 * Whether the variant is worse than control by less than a margin, where `direction` says which way is better. A
 * relative margin moves with the control's mean, and that mean's own uncertainty belongs to the test: it asks whether
 * variant − (1 ∓ margin) control lies on the right side of 0.
 */
export function nonInferiority(
  control: MeanSummary,
  variant: MeanSummary,
  margin: Margin,
  direction: "increase" | "decrease",
  alpha: number,
): NonInferiority | Silence {
  if (!(margin.value > 0 && Number.isFinite(margin.value))) return { kind: "bad_margin" };
  const better = direction === "increase" ? 1 : -1;
  // A share of |mean|: with a negative baseline, too, worse is worse.
  const shift = margin.scale === "relative" ? -better * margin.value * Math.sign(control.mean) : 0;
  const scale = 1 + shift;
  const scaled = {
    count: control.count,
    mean: control.mean * scale,
    squaredDeviations: control.squaredDeviations * scale ** 2,
  };
  const plain = welch(control, variant, alpha);
  const result = margin.scale === "relative" ? welch(scaled, variant, alpha) : plain;
  if (plain.kind !== "estimated") return plain;
  if (result.kind !== "estimated") return result;
  const allowed = margin.scale === "relative" ? margin.value * Math.abs(control.mean) : margin.value;
  if (allowed === 0) return { kind: "bad_margin" };
  const offset = margin.scale === "relative" ? 0 : allowed;
  const statistic = (better * result.difference + offset) / result.standardError;
  const pValue = oneSided(studentSf(statistic, result.degreesOfFreedom));
  const critical = studentQuantile(1 - alpha, plain.degreesOfFreedom);
  return {
    kind: "tested",
    margin: allowed,
    difference: plain.difference,
    statistic,
    pValue,
    bound: plain.difference - better * critical * plain.standardError,
    nonInferior: pValue < alpha,
  };
}
