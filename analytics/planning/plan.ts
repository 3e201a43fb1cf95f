import type { PlannedMetric, PowerRequest } from "../../protocols/power.ts";
import type { MetricPlan, PlanRefusal, PowerAnswer } from "../../protocols/power-answer.ts";
import { assumptionsOf } from "./assumptions.ts";
import type { Known, KnownMetric } from "./known.ts";
import { absoluteOf, meanOf, type PlannedComparison } from "./comparison.ts";
import { curveOf, foundWith, plannedUnits, type Question, shownEffect } from "./plan-metric.ts";
import { asBefore, steady, type Traffic } from "./traffic.ts";

/** A metric with what its plan needs, or why it has none. */
export interface Planned {
  readonly shown: MetricPlan;
  readonly question?: Question;
}

/** Everything a planner says before it has simulated anything. */
export function plan(request: PowerRequest, known: Known): PowerAnswer {
  const traffic = trafficOf(request, known);
  const metrics = questionsOf(request, known).map((planned) => withUnits(planned, request, traffic));
  const units = metrics.flatMap((each) => (each.plan?.kind === "planned" ? [each.plan] : []));
  const days = units.map((each) => each.days);
  const isTimed = days.length > 0 && days.every((day) => day !== undefined);
  return {
    alpha: request.alpha,
    power: request.power,
    weights: request.weights,
    allocation: request.allocation,
    monitoring: request.monitoring,
    comparisons: comparisonsOf(request),
    metrics,
    ...(units.length === 0
      ? {}
      : {
          overall: {
            units: Math.max(...units.map((each) => each.units)),
            ...(isTimed ? { days: Math.max(...days.map((day) => day ?? 0)) } : {}),
          },
        }),
    ...(known.history === undefined ? {} : { history: known.history }),
    assumptions: assumptionsOf(request, known, metrics),
  };
}

/** The family over which alpha is split: margins stand by themselves, as each must hold. */
function comparisonsOf({ metrics, weights, correction }: PowerRequest): number {
  if (correction === "none") return 1;
  return Math.max(1, metrics.filter(({ margin }) => margin === undefined).length * (weights.length - 1));
}

function trafficOf({ unitsPerDay, allocation }: PowerRequest, { history }: Known): Traffic | undefined {
  const share = allocation / 10_000;
  if (unitsPerDay !== undefined) return steady(unitsPerDay * share);
  return history === undefined ? undefined : asBefore(history.newUnits, share);
}

/** Each metric as a question, in the order of the request. */
export function questionsOf(request: PowerRequest, known: Known): Planned[] {
  return request.metrics.map((metric) => questionOf(metric, request, known));
}

function questionOf(metric: PlannedMetric, request: PowerRequest, known: Known): Planned {
  const { alpha, power, monitoring } = request;
  const from = metric.baseline === undefined ? "history" : "request";
  const sides = metric.margin === undefined ? 2 : 1;
  const alphaPlain = alpha;
  const alphaEach = sides === 1 ? alpha : alpha / comparisonsOf(request);
  const named = {
    metric: metric.metric,
    from,
    alpha: sides === 1 ? alphaEach / 2 : alphaEach,
    sides,
    curve: [],
  } as const;
  const found: KnownMetric =
    metric.baseline === undefined
      ? (known.metrics[metric.metric] ?? { kind: "metric_not_found" })
      : { kind: "known", baseline: metric.baseline };
  if (found.kind !== "known") return { shown: { ...named, plan: found } };
  const { baseline } = found;
  const mean = meanOf(baseline);
  if (mean === undefined) return { shown: { ...named, baseline, plan: { kind: "zero_denominator" } } };
  const given = metric.effect ?? (metric.margin === undefined ? request.effect : { absolute: 0 });
  const difference = given === undefined ? undefined : absoluteOf(given, mean);
  const harm = marginOf(metric, mean);
  if (typeof difference === "object") return { shown: { ...named, baseline, mean, plan: difference } };
  if (typeof harm === "object") return { shown: { ...named, baseline, mean, plan: harm } };
  const correlation = request.cuped ? (metric.covariateCorrelation ?? found.covariateCorrelation) : undefined;
  const whole = request.weights.reduce((sum, weight) => sum + weight, 0);
  const weights = request.weights.map((weight) => weight / whole);
  const comparison: PlannedComparison = {
    baseline,
    mean,
    // The smallest of the variants decides.
    shares: [weights[0] ?? 0, Math.min(...weights.slice(1))],
    null: harm,
    varianceLeft: 1 - (correlation ?? 0) ** 2,
    grows: found.grows ?? false,
  };
  const side = sides === 1 ? (harm < 0 ? 1 : -1) : (difference ?? 1) < 0 ? -1 : 1;
  const question: Question = {
    comparison,
    difference,
    side,
    alpha: alphaEach,
    alphaPlain,
    power,
    monitoring,
    weights,
  };
  const shown: MetricPlan = {
    ...named,
    baseline,
    mean,
    ...(difference === undefined ? {} : { effect: shownEffect(difference, mean) }),
    ...(sides === 1 ? { margin: shownEffect(harm, mean) } : {}),
    ...(correlation === undefined ? {} : { covariateCorrelation: correlation }),
  };
  if (sides === 1 && difference !== undefined && side * (difference - harm) <= 0)
    return { shown: { ...shown, plan: { kind: "beyond_margin" } } };
  return { shown, question };
}

/** The difference that is no longer accepted: below 0 where more is better. */
function marginOf({ margin, direction = "increase" }: PlannedMetric, mean: number): number | PlanRefusal {
  if (margin === undefined) return 0;
  const size = absoluteOf(margin, mean);
  if (typeof size === "object") return size;
  if (size === 0) return { kind: "beyond_margin" };
  return direction === "increase" ? -Math.abs(size) : Math.abs(size);
}

function withUnits(
  { shown, question }: Planned,
  { units, days }: PowerRequest,
  traffic: Traffic | undefined,
): MetricPlan {
  if (question === undefined) return shown;
  return {
    ...shown,
    ...(question.difference === undefined ? {} : { plan: plannedUnits(question, traffic) }),
    ...(units === undefined ? {} : { atUnits: { units, ...foundWith(question, units) } }),
    curve: traffic === undefined ? [] : curveOf(question, traffic, days),
  };
}
