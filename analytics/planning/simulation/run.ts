import type { PlannedMonitoring } from "../../../protocols/power.ts";
import { mergePairs, noPairs, type PairSummary } from "../../statistics/bivariate.ts";
import { mergeMoments, type MeanSummary, noMoments } from "../../statistics/moments.ts";
import { Chance } from "./chance.ts";
import { DrawOrder } from "./draw-order.ts";
import { lookingOf } from "./look.ts";
import { batch, type OwnUnits, type Population } from "./sample.ts";

/** Experiments `from` ≤ number < `to` of a seed: the same whoever runs which of them. */
export interface SimulationTask {
  readonly population: Omit<Population, "own" | "difference">;
  readonly own?: OwnUnits;
  readonly monitoring: PlannedMonitoring;
  readonly alpha: number;
  /** As of the planned comparison. */
  readonly grows: boolean;
  /** Units at the end. */
  readonly control: number;
  readonly variant: number;
  /** The difference to be ruled out, and the true one that is planned for. */
  readonly null: number;
  readonly difference: number;
  /** 1: only on the difference's side is something found. */
  readonly sides: 1 | 2;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

/** Of the experiments with one true difference. */
export interface Outcome {
  readonly experiments: number;
  /** Rejections: with a margin only those for the better; `found` of those on the true side. */
  readonly rejected: number;
  readonly found: number;
  /** In which the interval at the stop held the true difference. */
  readonly covered: number;
  readonly unitsAtStop: MeanSummary;
}

export interface SimulationCounts {
  readonly none: Outcome;
  readonly planned: Outcome;
}

export const noOutcome: Outcome = {
  experiments: 0,
  rejected: 0,
  found: 0,
  covered: 0,
  unitsAtStop: noMoments,
};

export function addOutcomes(a: Outcome, b: Outcome): Outcome {
  return {
    experiments: a.experiments + b.experiments,
    rejected: a.rejected + b.rejected,
    found: a.found + b.found,
    covered: a.covered + b.covered,
    unitsAtStop: mergeMoments(a.unitsAtStop, b.unitsAtStop),
  };
}

export function simulate(task: SimulationTask): SimulationCounts {
  const order = task.own === undefined ? undefined : new DrawOrder(task.own.values.length);
  const run = (difference: number, salt: 0 | 1): Outcome => {
    let sum = noOutcome;
    for (let number = task.from; number < task.to; number++)
      sum = addOutcomes(sum, experiment(task, difference, new Chance(task.seed, 2 * number + salt), order));
    return sum;
  };
  return { none: run(task.null, 0), planned: run(task.difference, 1) };
}

/** One experiment, from its start to its stop. */
function experiment(
  task: SimulationTask,
  difference: number,
  chance: Chance,
  order: DrawOrder | undefined,
): Outcome {
  const { population, monitoring, alpha, own, sides } = task;
  const hasCovariate = population.correlation !== 0 && population.baseline.kind !== "ratio";
  const looking = lookingOf(monitoring, population.baseline.kind, alpha, { hasCovariate, grows: task.grows });
  const whole: Population = { ...population, difference, ...(own === undefined ? {} : { own }) };
  const pick = order?.begin(chance, task.control + task.variant) ?? (() => 0);
  const side = Math.sign(task.difference - task.null);
  let [control, variant]: PairSummary[] = [noPairs, noPairs];
  let rejected = false;
  let found = false;
  let covered = true;
  for (const [look, time] of looking.times.entries()) {
    const more = (arm: PairSummary, end: number, from: Population): PairSummary =>
      mergePairs(arm, batch(from, Math.round(end * time) - arm.count, chance, pick));
    control = more(control ?? noPairs, task.control, { ...whole, difference: 0 });
    variant = more(variant ?? noPairs, task.variant, whole);
    const seen = looking.see(control, variant, look);
    if (seen === undefined) continue;
    const [low, high] = seen.interval;
    covered = low <= difference && difference <= high;
    const isBetter = sides === 1 && (side > 0 ? low >= task.null : high <= task.null);
    rejected = sides === 1 ? isBetter : seen.rejectsZero;
    found = rejected && Math.sign(seen.difference - task.null) === side;
    if (rejected) break;
  }
  const units = (control ?? noPairs).count + (variant ?? noPairs).count;
  return {
    experiments: 1,
    rejected: Number(rejected),
    found: Number(found),
    covered: Number(covered),
    unitsAtStop: { count: 1, mean: units, squaredDeviations: 0 },
  };
}
