import type { PowerRequest } from "../../protocols/power.ts";
import type {
  CurvePoint,
  Mde,
  MetricPlan,
  PlanRefusal,
  PlannedUnits,
  PlanStep,
} from "../../protocols/power-answer.ts";
import { findRoot } from "../statistics/special/special.ts";
import { type PlannedComparison, pooledScale, refusalOf, standardErrorAt } from "./comparison.ts";
import { type ArmSizes, type Monitor, monitorOf } from "./monitor.ts";
import { curveDays, daysUntil, type Traffic, unitsBy } from "./traffic.ts";

/** Beyond the number of people there are, by far. */
const unitsMax = 1e12;
const relativeTolerance = 1e-9;
/** As analysis plans allow (protocols/analysis-plan.ts). */
const [tunedForMin, tunedForMax] = [100, 1_000_000_000];
/** Between two brackets of a search, in e-foldings. */
const logStep = 2;

/** A comparison and everything that decides how many units it takes. */
export interface Question {
  readonly comparison: PlannedComparison;
  /** The true difference that is planned for; absent: only what can be found is asked. */
  readonly difference: number | undefined;
  /** 1 or −1: on which side the smallest change is looked for. */
  readonly side: 1 | -1;
  /** Of this comparison, after the correction. */
  readonly alpha: number;
  readonly alphaPlain: number;
  readonly power: number;
  readonly monitoring: PowerRequest["monitoring"];
  readonly weights: readonly number[];
}

const isRefusal = (value: Monitor | PlanRefusal): value is PlanRefusal => "kind" in value;

const armsOf = ({ comparison: { shares } }: Pick<Question, "comparison">, units: number): ArmSizes => ({
  control: shares[0] * units,
  variant: shares[1] * units,
});

function monitorFor({ monitoring, alpha, comparison }: Question): Monitor | PlanRefusal {
  return monitorOf(monitoring, alpha, {
    isMean: comparison.baseline.kind === "mean",
    grows: comparison.grows,
  });
}

/** The chance to find the true difference with so many units in all. */
export function powerAt(question: Question, units: number, difference: number): number | PlanRefusal {
  const monitor = monitorFor(question);
  return isRefusal(monitor) ? monitor : powerWith(monitor, question, units, difference);
}

function powerWith(monitor: Monitor, question: Question, units: number, difference: number): number {
  const { comparison } = question;
  const shift = Math.abs(difference - comparison.null) / standardErrorAt(comparison, units, difference);
  return monitor.powerAt(armsOf(question, units), shift, pooledScale(comparison, difference));
}

/** Units in all, not rounded, at which the power is there. */
function unitsNeeded(question: Question, difference: number): number | PlanRefusal {
  const { comparison, power, alpha } = question;
  const refusal = refusalOf(comparison, difference);
  if (refusal !== undefined) return refusal;
  if (!(power > alpha / 2)) return { kind: "power_not_above_alpha", alpha: alpha / 2 };
  const monitor = monitorFor(question);
  if (isRefusal(monitor)) return monitor;
  const excess = (logUnits: number): number =>
    powerWith(monitor, question, Math.exp(logUnits), difference) - power;
  // A degree of freedom to spare in a t of two groups.
  const least = Math.log(3 / (comparison.shares[0] + comparison.shares[1]));
  if (excess(least) >= 0) return Math.exp(least);
  let high = least + logStep;
  while (high < Math.log(unitsMax) && excess(high) < 0) high += logStep;
  const found = findRoot(excess, Math.max(least, high - logStep), high, relativeTolerance);
  if (found === undefined || Math.exp(found) > unitsMax) return { kind: "too_many_units", unitsMax };
  return Math.exp(found);
}

/** How many units, for how long, and what each part of the plan costs. */
export function plannedUnits(question: Question, traffic: Traffic | undefined): PlannedUnits | PlanRefusal {
  const { comparison, difference, weights } = question;
  if (difference === undefined) return { kind: "no_effect" };
  const steps = stepsOf(question, difference);
  if ("kind" in steps) return steps;
  const needed = steps.at(-1)?.units ?? 0;
  const unitsPerVariant = weights.map((weight) => Math.max(1, Math.ceil(weight * needed - 1e-9)));
  const units = unitsPerVariant.reduce((sum, each) => sum + each, 0);
  const monitor = monitorFor(question);
  if (isRefusal(monitor)) return monitor;
  const power = powerWith(monitor, question, units, difference);
  const shift = Math.abs(difference - comparison.null) / standardErrorAt(comparison, units, difference);
  const arms = armsOf(question, units);
  const days = traffic === undefined ? undefined : daysUntil(traffic, units);
  const better = betterTuned(question, difference, units);
  return {
    kind: "planned",
    units,
    unitsPerVariant,
    ...(days === undefined ? {} : { days }),
    power,
    expectedUnits: {
      none: units * monitor.meanShare(arms, 0),
      planned: units * monitor.meanShare(arms, shift),
    },
    steps,
    ...(better === undefined ? {} : { better }),
  };
}

/** An interval is to be narrowest near the end; what is gained by less than a twentieth is not worth a word. */
function betterTuned(question: Question, difference: number, units: number): PlannedUnits["better"] {
  const { monitoring, comparison } = question;
  if (monitoring.kind !== "always_valid") return undefined;
  const asked = Math.round((units * (comparison.shares[0] + comparison.shares[1])) / 2);
  const tunedFor = Math.min(tunedForMax, Math.max(tunedForMin, asked));
  const needed = unitsNeeded({ ...question, monitoring: { ...monitoring, tunedFor } }, difference);
  return typeof needed === "number" && needed < 0.95 * units
    ? { tunedFor, units: Math.ceil(needed) }
    : undefined;
}

/** From the plainest test to the planned one, a step at a time. */
function stepsOf(question: Question, difference: number): PlanStep[] | PlanRefusal {
  const { alphaPlain, alpha, monitoring, comparison } = question;
  const whole: PlannedComparison = { ...comparison, varianceLeft: 1 };
  const plain: Question = {
    ...question,
    alpha: alphaPlain,
    monitoring: { kind: "fixed" },
    comparison: whole,
  };
  const asked: readonly (readonly [PlanStep["step"], boolean, Question])[] = [
    ["plain", true, plain],
    ["correction", alpha !== alphaPlain, { ...plain, alpha }],
    ["cuped", comparison.varianceLeft !== 1, { ...plain, alpha, comparison }],
    ["monitoring", monitoring.kind !== "fixed", question],
  ];
  const steps: PlanStep[] = [];
  for (const [step, isPart, each] of asked) {
    if (!isPart) continue;
    const units = unitsNeeded(each, difference);
    if (typeof units !== "number") return units;
    const before = steps.at(-1);
    steps.push({ step, units, factor: before === undefined ? 1 : units / before.units });
  }
  return steps;
}

/** The smallest change on the question's side that so many units find with the planned power. */
export function mdeAt(question: Question, units: number): Mde {
  const { comparison, power, side } = question;
  const monitor = monitorFor(question);
  const none = { kind: "none" } as const;
  if (isRefusal(monitor) || !(power > question.alpha / 2)) return none;
  const arms = armsOf(question, units);
  const plainShift = monitor.shiftFor(arms, power, 1);
  if (plainShift === undefined) return none;
  // Only a fixed test of rates has a critical value that follows the difference.
  const follows = question.monitoring.kind === "fixed" && comparison.baseline.kind === "proportion";
  const excess = (size: number): number => {
    const difference = comparison.null + side * size;
    const scale = pooledScale(comparison, difference);
    const needed = follows ? (monitor.shiftFor(arms, power, scale) ?? plainShift) : plainShift;
    return size - needed * standardErrorAt(comparison, units, difference);
  };
  const most = mostPossible(question);
  const high = Math.min(most, 4 * plainShift * standardErrorAt(comparison, units, 0) + Number.MIN_VALUE);
  const size = findRoot(excess, 0, excess(high) < 0 ? most : high, 0);
  if (size === undefined || !(size > 0 && Number.isFinite(size))) return none;
  const absolute = comparison.null + side * size;
  return {
    kind: "found",
    absolute,
    ...(comparison.mean === 0 ? {} : { relative: absolute / Math.abs(comparison.mean) }),
  };
}

/** A rate ends at 0 and 1. */
function mostPossible({ comparison: { baseline, null: from }, side }: Question): number {
  if (baseline.kind !== "proportion") return Number.MAX_VALUE;
  return side === 1 ? 1 - baseline.rate - from : baseline.rate + from;
}

export function curveOf(question: Question, traffic: Traffic, days: number): CurvePoint[] {
  return curveDays(days).map((day) => {
    const units = unitsBy(traffic, day);
    if (!(units * Math.min(...question.comparison.shares) >= 2))
      return { days: day, units, mde: { kind: "none" } };
    return { days: day, units, ...foundWith(question, units) };
  });
}

/** What can be found with so many units, and how likely the planned change is. */
export function foundWith(question: Question, units: number): Pick<CurvePoint, "mde" | "power"> {
  const { difference, comparison } = question;
  const mde = mdeAt(question, units);
  if (difference === undefined || refusalOf(comparison, difference) !== undefined) return { mde };
  const power = powerAt(question, units, difference);
  return typeof power === "number" ? { mde, power } : { mde };
}

/** Rounded as `MetricPlan` shows them. */
export const shownEffect = (absolute: number, mean: number): NonNullable<MetricPlan["effect"]> => ({
  absolute,
  ...(mean === 0 ? {} : { relative: absolute / Math.abs(mean) }),
});
