import type { Simulated, Simulation } from "../../../protocols/power-answer.ts";
import { falsePositives } from "../../statistics/health/calibration.ts";
import { type MeanSummary, variance } from "../../statistics/moments.ts";
import { wilson } from "../../statistics/methods/two-proportion.ts";
import { normalQuantile } from "../../statistics/special/special.ts";
import type { Question } from "../plan-metric.ts";
import type { Outcome, SimulationCounts, SimulationTask } from "./run.ts";

/** Below this, chance alone is no explanation. */
const remarkable = 0.001;

/** What the experiments of a simulation say, each number with what chance leaves open. */
export function simulated(
  { none, planned }: SimulationCounts,
  task: Pick<SimulationTask, "population" | "seed" | "control" | "variant" | "alpha" | "sides">,
  question: Pick<Question, "power">,
): Simulation {
  const alpha = task.sides === 1 ? task.alpha / 2 : task.alpha;
  const promises: (string | undefined)[] = [
    tooMany(none.rejected, none.experiments, alpha, "it finds what is not there more often than"),
    differs(planned, question.power),
    tooMany(
      none.experiments - none.covered,
      none.experiments,
      task.alpha,
      "without an effect the interval misses more often than",
    ),
    tooMany(
      planned.experiments - planned.covered,
      planned.experiments,
      task.alpha,
      "with the effect the interval misses more often than",
    ),
  ];
  return {
    kind: "simulated",
    shape: task.population.shape,
    replicates: none.experiments,
    seed: task.seed,
    units: task.control + task.variant,
    power: share(planned.found, planned.experiments),
    typeOne: share(none.rejected, none.experiments),
    unitsAtStop: { none: meanOf(none.unitsAtStop), planned: meanOf(planned.unitsAtStop) },
    coverage: {
      none: share(none.covered, none.experiments),
      planned: share(planned.covered, planned.experiments),
    },
    remarks: promises.filter((remark) => remark !== undefined),
  };
}

const share = (successes: number, count: number): Simulated => ({
  value: successes / count,
  interval: wilson({ count, successes }, 0.05),
});

function meanOf(summary: MeanSummary): Simulated {
  const reach = normalQuantile(0.975) * Math.sqrt((variance(summary) ?? 0) / summary.count);
  return { value: summary.mean, interval: [summary.mean - reach, summary.mean + reach] };
}

/** More than was promised is a fault; fewer is none: sequential methods keep something back. */
function tooMany(count: number, of: number, promised: number, words: string): string | undefined {
  const found = falsePositives(count, of, promised);
  if (found.kind !== "tested" || found.rate <= promised || found.pValue > remarkable) return undefined;
  return `${words} promised: ${percent(found.rate)} instead of ${percent(promised)}`;
}

function differs({ found, experiments }: Outcome, planned: number): string | undefined {
  const tested = falsePositives(found, experiments, planned);
  if (tested.kind !== "tested" || tested.rate >= planned || tested.pValue > remarkable) return undefined;
  return `the effect is found less often than planned: ${percent(tested.rate)} instead of ${percent(planned)}`;
}

const percent = (value: number): string => `${Number((value * 100).toPrecision(3))} %`;
