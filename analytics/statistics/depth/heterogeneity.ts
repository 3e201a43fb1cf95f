import type { Uncertain } from "../effect.ts";
import { uncertainMean } from "../methods/welch.ts";
import { type MeanSummary, mergeMoments } from "../moments.ts";
import { chiSquareSf, studentSf, twoSided } from "../special/special.ts";

export interface Heterogeneity {
  readonly kind: "tested";
  /** Mean of the effects, each by its precision, and its standard error. */
  readonly pooled: number;
  readonly standardError: number;
  /** Cochran's Q, chi-square with segments − 1 degrees of freedom when the effects are one. */
  readonly q: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
  /** The share of Q that is more than chance brings (Higgins and Thompson 2002). */
  readonly inconsistency: number;
}

export type HeterogeneitySilence =
  | { readonly kind: "too_few_segments"; readonly segments: number; readonly segmentsMin: number }
  /** A segment without a variance would outweigh all others. */
  | { readonly kind: "no_variance" };

const segmentsMin = 2;

/** Whether the effect differs between segments (Cochran 1954). */
export function heterogeneity(effects: readonly Uncertain[]): Heterogeneity | HeterogeneitySilence {
  if (effects.length < segmentsMin)
    return { kind: "too_few_segments", segments: effects.length, segmentsMin };
  if (effects.some(({ variance }) => !(variance > 0 && Number.isFinite(variance))))
    return { kind: "no_variance" };
  // Relative to the smallest variance: weights of 1e30 do not overflow their sum.
  const smallest = Math.min(...effects.map(({ variance }) => variance));
  const weights = effects.map(({ variance }) => smallest / variance);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const first = effects[0]?.value ?? 0;
  const pooled =
    first + effects.reduce((sum, { value }, k) => sum + (weights[k] ?? 0) * (value - first), 0) / total;
  const q = effects.reduce((sum, { value, variance }) => sum + (value - pooled) ** 2 / variance, 0);
  const degreesOfFreedom = effects.length - 1;
  return {
    kind: "tested",
    pooled,
    standardError: Math.sqrt(smallest / total),
    q,
    degreesOfFreedom,
    pValue: Math.max(Number.MIN_VALUE, chiSquareSf(q, degreesOfFreedom)),
    inconsistency: q > degreesOfFreedom ? (q - degreesOfFreedom) / q : 0,
  };
}

/** Both arms of one segment. */
export interface Segment {
  readonly control: MeanSummary;
  readonly variant: MeanSummary;
}

export type SegmentAgainstRest =
  | {
      readonly kind: "tested";
      /** The effect in the segment less that among all others. */
      readonly difference: number;
      readonly standardError: number;
      readonly degreesOfFreedom: number;
      readonly pValue: number;
      /** Times the number of segments that could be tested (Bonferroni). */
      readonly adjustedPValue: number;
    }
  | { readonly kind: "too_few_units"; readonly units: number; readonly unitsMin: number }
  | { readonly kind: "no_variance" };

/** Each segment's effect against that of everybody else, Welch's t over four groups. */
export function segmentsAgainstRest(segments: readonly Segment[]): readonly SegmentAgainstRest[] {
  const tests = segments.map((segment, index) => {
    const rest = segments.filter((_, other) => other !== index);
    return againstRest(segment, {
      control: rest.map(({ control }) => control).reduce<MeanSummary>(mergeMoments, nobody),
      variant: rest.map(({ variant }) => variant).reduce<MeanSummary>(mergeMoments, nobody),
    });
  });
  const tested = tests.filter(({ kind }) => kind === "tested").length;
  return tests.map((test) =>
    test.kind === "tested" ? { ...test, adjustedPValue: Math.min(1, test.pValue * tested) } : test,
  );
}

const nobody: MeanSummary = { count: 0, mean: 0, squaredDeviations: 0 };

function againstRest(segment: Segment, rest: Segment): SegmentAgainstRest {
  const groups = [segment.control, segment.variant, rest.control, rest.variant];
  const units = Math.min(...groups.map(({ count }) => count));
  if (units < 2) return { kind: "too_few_units", units, unitsMin: 2 };
  const variances = groups.map((group) => uncertainMean(group).variance);
  const variance = variances.reduce((sum, one) => sum + one, 0);
  if (variance === 0) return { kind: "no_variance" };
  const difference = segment.variant.mean - segment.control.mean - (rest.variant.mean - rest.control.mean);
  const standardError = Math.sqrt(variance);
  const degreesOfFreedom =
    1 / groups.reduce((sum, { count }, k) => sum + ((variances[k] ?? 0) / variance) ** 2 / (count - 1), 0);
  const pValue = twoSided(studentSf(Math.abs(difference) / standardError, degreesOfFreedom));
  return { kind: "tested", difference, standardError, degreesOfFreedom, pValue, adjustedPValue: pValue };
}
