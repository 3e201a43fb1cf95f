import type { MetricSummary } from "../../../protocols/results.ts";
import type { NoAnswer, Posterior } from "../../../protocols/scorecard.ts";
import type { ResolvedPlan } from "../../../protocols/resolved-plan.ts";
import type { Metric } from "../../../protocols/metric.ts";
import { normalPosterior } from "../bayes/normal.ts";
import { betaBinomial, uniformPrior } from "../bayes/rates.ts";
import type { Answer } from "./answer.ts";
import { directionOf } from "./roles.ts";

/** With at least this many of either outcome in each group, a beta posterior is a normal one to three digits. */
const fewOutcomes = 50;

/**
 * What a Bayesian would say: the chance that the variant is better, and what either choice costs in expectation. The
 * plan's prior is of the relative change; without one it is flat, or uniform for few successes.
 */
export function posterior(
  metric: Metric,
  control: MetricSummary,
  variant: MetricSummary,
  answer: Answer,
  { alpha, prior }: ResolvedPlan,
): Posterior | NoAnswer {
  const sign = directionOf(metric);
  if (prior === undefined && isRare(control) && isRare(variant)) {
    const both = betaBinomial([control, variant], uniformPrior, alpha);
    if (both.kind !== "posterior") return none(both.kind);
    const [a, b] = both.arms;
    if (a === undefined || b === undefined) return none("too_few_arms");
    // Of a metric that should fall the best of two is the other one, and so are the losses.
    const [winner, other] = sign === 1 ? [b, a] : [a, b];
    return {
      kind: "posterior",
      model: "beta_binomial",
      chanceToWin: winner.probabilityBest,
      expectedLoss: winner.expectedLoss,
      expectedLossControl: other.expectedLoss,
    };
  }
  const baseline = Math.abs(answer.control.value);
  if (prior !== undefined && baseline === 0) return none("zero_baseline");
  const scaled =
    prior === undefined
      ? undefined
      : { mean: prior.mean * baseline, variance: (prior.standardDeviation * baseline) ** 2 };
  const estimate = { value: answer.difference, variance: answer.standardError ** 2 };
  const normal = normalPosterior(estimate, scaled, alpha);
  if (normal.kind !== "posterior") return none(normal.kind);
  const [win, loss, other] =
    sign === 1
      ? [normal.chanceToWin, normal.lossVariant, normal.lossControl]
      : [normal.chanceToLose, normal.lossControl, normal.lossVariant];
  return {
    kind: "posterior",
    model: "normal",
    chanceToWin: win,
    expectedLoss: loss,
    expectedLossControl: other,
    interval: normal.interval,
  };
}

const isRare = (summary: MetricSummary): summary is Extract<MetricSummary, { kind: "proportion" }> =>
  summary.kind === "proportion" &&
  Math.min(summary.successes, summary.count - summary.successes) < fewOutcomes;

const reasons: Record<string, string> = {
  zero_baseline: "the control's mean is 0, and the prior is of the relative change",
  no_variance: "every unit has the same value",
};

const none = (code: string): NoAnswer => ({
  kind: "no_answer",
  code,
  reason: reasons[code] ?? "its numbers are out of range",
});
