import type { Baseline, PlannedMonitoring } from "../../../protocols/power.ts";
import type { CovariateMoments, MetricSummary } from "../../../protocols/results.ts";
import type { PairSummary } from "../../statistics/bivariate.ts";
import { compare } from "../../statistics/compare.ts";
import { alwaysValid } from "../../statistics/scorecard/always-valid.ts";
import { type Answer, plainAnswer } from "../../statistics/scorecard/answer.ts";
import { cuped } from "../../statistics/variance-reduction/cuped.ts";
import { tunedForDefault } from "../../../protocols/resolved-plan.ts";
import { groupSequentialBoundaries } from "../monitor.ts";

/** What one look at two arms says: the interval that may be acted upon, and whether 0 is ruled out. */
export interface Seen {
  readonly difference: number;
  readonly interval: readonly [number, number];
  readonly rejectsZero: boolean;
}

/** Shares of the end at which it is looked, and what each look says; undefined where it has no answer. */
export interface Looking {
  readonly times: readonly number[];
  see(control: PairSummary, variant: PairSummary, look: number): Seen | undefined;
}

/** As the live analysis looks at the same sums. */
export function lookingOf(
  monitoring: PlannedMonitoring,
  kind: Baseline["kind"],
  alpha: number,
  { hasCovariate, grows }: { readonly hasCovariate: boolean; readonly grows: boolean },
): Looking {
  const answerOf = (control: PairSummary, variant: PairSummary) =>
    answerOfPairs(kind, control, variant, alpha, hasCovariate);
  switch (monitoring.kind) {
    case "fixed":
      return {
        times: [1],
        see(control, variant) {
          const found = answerOf(control, variant);
          if (found === undefined) return undefined;
          const { answer, interval, pValue } = found;
          return { difference: answer.difference, interval, rejectsZero: pValue <= alpha };
        },
      };
    case "group_sequential": {
      const made = groupSequentialBoundaries(monitoring, alpha, grows);
      if (made.kind !== "boundaries") return { times: [], see: () => undefined };
      return {
        times: made.times,
        see(control, variant, look) {
          const answer = answerOf(control, variant)?.answer;
          const boundary = made.z[look] ?? Number.POSITIVE_INFINITY;
          return answer === undefined ? undefined : seenFrom(answer, boundary * answer.standardError);
        },
      };
    }
    case "always_valid": {
      const { looks, tunedFor = tunedForDefault } = monitoring;
      return {
        times: Array.from({ length: looks }, (_, index) => (index + 1) / looks),
        see(control, variant) {
          const answer = answerOf(control, variant)?.answer;
          if (answer === undefined) return undefined;
          const perGroup = Math.min(control.count, variant.count);
          const said = alwaysValid(answer, perGroup, alpha, tunedFor, undefined);
          if (!("monitored" in said)) return undefined;
          return seenFrom(answer, (said.monitored.interval[1] - said.monitored.interval[0]) / 2);
        },
      };
    }
  }
}

function seenFrom({ difference }: Answer, reach: number): Seen {
  return {
    difference,
    interval: [difference - reach, difference + reach],
    rejectsZero: Math.abs(difference) >= reach && reach < Number.POSITIVE_INFINITY,
  };
}

interface Found {
  readonly answer: Answer;
  readonly interval: readonly [number, number];
  readonly pValue: number;
  /** By the covariate. */
  readonly isAdjusted: boolean;
}

/** The best estimate that the live analysis makes of two arms' sums, as if it looked once. */
export function answerOfPairs(
  kind: Baseline["kind"],
  control: PairSummary,
  variant: PairSummary,
  alpha: number,
  hasCovariate: boolean,
): Found | undefined {
  const [a, b] = [summaryOf(kind, control), summaryOf(kind, variant)];
  const { estimate } = compare(a, b, alpha);
  const plain = plainAnswer(a, b, estimate);
  if (estimate.kind !== "estimated" || !("difference" in plain)) return undefined;
  const unadjusted: Found = {
    answer: plain,
    interval: estimate.interval,
    pValue: estimate.pValue,
    isAdjusted: false,
  };
  if (!hasCovariate) return unadjusted;
  const adjusted = cuped(covariatesOf(control), covariatesOf(variant), alpha);
  // The live analysis falls back on the plain estimate where covariates do not help.
  if (adjusted.kind !== "estimated" || adjusted.varianceReduction <= 0) return unadjusted;
  const { difference, standardError, degreesOfFreedom, interval, pValue } = adjusted;
  const answer = { ...plain, difference, standardError, degreesOfFreedom };
  return { answer, interval, pValue, isAdjusted: true };
}

function summaryOf(kind: Baseline["kind"], pairs: PairSummary): MetricSummary {
  const { count, meanNumerator, squaredNumerator } = pairs;
  switch (kind) {
    case "mean":
      return { kind, count, mean: meanNumerator, squaredDeviations: squaredNumerator };
    case "proportion":
      return { kind, count, successes: Math.round(meanNumerator * count) };
    case "ratio":
      return { kind, ...pairs };
  }
}

const covariatesOf = (pairs: PairSummary): CovariateMoments => ({
  count: pairs.count,
  meanValue: pairs.meanNumerator,
  meanCovariate: pairs.meanDenominator,
  squaredValue: pairs.squaredNumerator,
  squaredCovariate: pairs.squaredDenominator,
  crossDeviations: pairs.crossDeviations,
});
