import { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { ExperimentSummary } from "../../protocols/results.ts";
import { analyse } from "../../analytics/statistics/scorecard/scorecard.ts";
import { below, median } from "../report.ts";
import type { StatisticsPart } from "./part.ts";

const [metricCount, variantCount, rounds] = [20, 4, 20];
const units = 250_000;

/** The full scorecard from sums, in the thread that asks. */
export const scorecard: StatisticsPart = ({ progress }) => {
  progress("statistics: a scorecard from sums");
  const { definition, summary } = exampleOf(metricCount, variantCount);
  const request = { definition, summary, at: Date.UTC(2026, 0, 20) };
  analyse(request); // compiled by then
  const ms = median(Array.from({ length: rounds }, () => timed(() => analyse(request))));
  const copy = median(Array.from({ length: rounds }, () => timed(() => structuredClone(summary))));
  return Promise.resolve([
    { case: "a copy of the sums", value: copy, unit: "ms" },
    {
      case: "scorecard, 20 metrics × 4 variants",
      value: ms,
      unit: "ms",
      ratio: ms / copy,
      against: "a copy of the sums",
      goal: below(ms, 10),
    },
  ]);
};

function timed(work: () => unknown): number {
  const before = performance.now();
  work();
  return performance.now() - before;
}

/** Of so many metrics, each with a covariate, over so many variants. */
export function exampleOf(
  metricCount: number,
  variantCount: number,
): { readonly definition: ExperimentDefinition; readonly summary: ExperimentSummary } {
  const keys = Array.from({ length: metricCount }, (_, index) => `metric-${index}`);
  const definition = ExperimentDefinition.parse({
    experiment: {
      key: "many",
      flag: "f",
      variants: Array.from({ length: variantCount }, (_, index) => ({
        key: `v${index}`,
        variation: "on",
        weight: 10_000 / variantCount,
      })),
      control: "v0",
      metrics: { primary: keys[0], secondary: keys.slice(1, -1), guardrails: keys.slice(-1) },
      status: "running",
      phase: 1,
    },
    metrics: keys.map((key) => ({
      key,
      definition: { type: "sum", event: key },
      covariate: { lookbackDays: 14 },
    })),
  });
  const mean = 12.5;
  const variants = Array.from({ length: variantCount }, (_, variant) => {
    const own = mean + variant / 20;
    const moments = { count: units, mean: own, squaredDeviations: 80 * units };
    const covariate = {
      count: units,
      meanValue: own,
      meanCovariate: mean,
      squaredValue: 80 * units,
      squaredCovariate: 70 * units,
      crossDeviations: 45 * units,
    };
    return {
      variant: `v${variant}`,
      units,
      metrics: Object.fromEntries(keys.map((key) => [key, { kind: "mean" as const, ...moments }])),
      covariates: Object.fromEntries(keys.map((key) => [key, covariate])),
    };
  });
  return { definition, summary: { crossovers: 0, variants } };
}
