import type { AnalyseRequest } from "../../../protocols/analytics-messages.ts";
import { ExperimentDefinition } from "../../../protocols/experiment.ts";
import type { ExperimentSummary } from "../../../protocols/results.ts";

const definition = ExperimentDefinition.parse({
  experiment: {
    key: "checkout",
    flag: "checkout",
    variants: [
      { key: "control", variation: "off", weight: 5_000 },
      { key: "treatment", variation: "on", weight: 5_000 },
    ],
    control: "control",
    metrics: { primary: "conversion", secondary: ["revenue", "ctr"] },
    status: "running",
    phase: 1,
  },
  metrics: [
    { key: "conversion", definition: { type: "binary", event: "purchase" } },
    { key: "revenue", definition: { type: "sum", event: "purchase" } },
    {
      key: "ctr",
      definition: { type: "ratio", numerator: { event: "click" }, denominator: { event: "impression" } },
    },
  ],
});

const summary: ExperimentSummary = {
  crossovers: 3,
  variants: [
    {
      variant: "control",
      units: 10_000,
      metrics: {
        conversion: { kind: "proportion", count: 10_000, successes: 1_000 },
        revenue: { kind: "mean", count: 10_000, mean: 10, squaredDeviations: 249_975 },
        ctr: ratioOf(2_000),
      },
    },
    {
      variant: "treatment",
      units: 10_000,
      metrics: {
        conversion: { kind: "proportion", count: 10_000, successes: 1_500 },
        revenue: { kind: "mean", count: 10_000, mean: 10.05, squaredDeviations: 254_974.5 },
        ctr: ratioOf(2_100),
      },
    },
  ],
};

/** A small experiment with one metric of each kind. */
export function exampleRequest(changes: Partial<ExperimentSummary> = {}): AnalyseRequest {
  return { definition, summary: { ...summary, ...changes } };
}

function ratioOf(clicks: number) {
  return {
    kind: "ratio",
    count: 10_000,
    meanNumerator: clicks / 10_000,
    meanDenominator: 4,
    squaredNumerator: 2_500,
    squaredDenominator: 40_000,
    crossDeviations: 3_000,
  } as const;
}
