import type { Estimate, MetricSummary } from "../../../protocols/results.ts";
import type { NoAnswer } from "../../../protocols/scorecard.ts";
import { uncertain } from "../compare.ts";
import type { Uncertain } from "../effect.ts";
import { satterthwaite } from "../methods/welch.ts";

/** What every later step works with: the best estimate of one metric in one variant against control. */
export interface Answer {
  readonly difference: number;
  /** Of two independent means: not the pooled one of a test of proportions. */
  readonly standardError: number;
  readonly degreesOfFreedom: number;
  readonly control: Uncertain;
  readonly variant: Uncertain;
  /** Units of both. */
  readonly units: number;
}

/** From the plain estimate and the two groups it was made of. */
export function plainAnswer(
  control: MetricSummary,
  variant: MetricSummary,
  estimate: Estimate,
): Answer | NoAnswer {
  if (estimate.kind !== "estimated") return silence(estimate);
  const a = uncertain(control);
  const b = uncertain(variant);
  if (a === undefined || b === undefined) return noRows;
  const own = Math.sqrt(a.variance + b.variance);
  return {
    difference: estimate.difference,
    // Where every unit of each group did the same, only the pooled error is left.
    standardError: own > 0 ? own : estimate.standardError,
    degreesOfFreedom:
      own > 0
        ? satterthwaite(a.variance, control.count, b.variance, variant.count)
        : control.count + variant.count - 2,
    control: a,
    variant: b,
    units: control.count + variant.count,
  };
}

const noRows: NoAnswer = {
  kind: "no_answer",
  code: "needs_rows",
  reason: "it is computed from single values, not from sums",
};

/** Why an estimate has no number, as a sentence's part. */
export function silence(estimate: Exclude<Estimate, { kind: "estimated" }>): NoAnswer {
  switch (estimate.kind) {
    case "too_few_units":
      return {
        kind: "no_answer",
        code: estimate.kind,
        reason: `there are too few units: ${estimate.units}, and at least ${estimate.unitsMin} are needed in each group`,
      };
    case "no_variance":
      return { kind: "no_answer", code: estimate.kind, reason: "every unit has the same value" };
    case "zero_denominator":
      return { kind: "no_answer", code: estimate.kind, reason: "the denominator is zero" };
    case "needs_rows":
      return noRows;
  }
}
