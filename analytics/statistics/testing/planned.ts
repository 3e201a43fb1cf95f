import type { AnalysisPlan } from "../../../protocols/analysis-plan.ts";
import type { AnalyseRequest } from "../../../protocols/analytics-messages.ts";
import { ExperimentDefinition } from "../../../protocols/experiment.ts";
import type { MetricSummary } from "../../../protocols/results.ts";

/** What each group did: units, and mean and variance of a sum, or successes of a binary metric. */
export interface Group {
  readonly units: number;
  readonly buys?: number;
  readonly revenue?: readonly [mean: number, variance: number];
  readonly errors?: number;
}

interface Planned {
  readonly analysis?: AnalysisPlan | Record<string, unknown>;
  readonly status?: "running" | "completed";
  readonly control: Group;
  /** By name. */
  readonly variants: Readonly<Record<string, Group>>;
  readonly at?: number;
  readonly startedAt?: number;
}

const day = 86_400_000;
export const startedAt = 1_700_000_000_000;

/** An experiment with a binary primary metric, a sum beside it and a guardrail of errors, with the groups' sums given. */
export function planned({
  analysis = {},
  status = "running",
  control,
  variants,
  at = startedAt + day,
}: Planned): AnalyseRequest {
  const names = ["control", ...Object.keys(variants)];
  const weight = Math.floor(10_000 / names.length);
  const definition = ExperimentDefinition.parse({
    experiment: {
      key: "checkout",
      flag: "checkout",
      variants: names.map((key, index) => ({
        key,
        variation: key,
        weight: index === 0 ? 10_000 - weight * (names.length - 1) : weight,
      })),
      control: "control",
      metrics: { primary: "bought", secondary: ["revenue"], guardrails: ["errors"] },
      analysis,
      status,
      phase: 1,
      startedAt,
    },
    metrics: [
      { key: "bought", definition: { type: "binary", event: "buy" } },
      { key: "revenue", definition: { type: "sum", event: "buy" } },
      { key: "errors", direction: "decrease", definition: { type: "binary", event: "error" } },
    ],
  });
  return {
    definition,
    at,
    takesLooks: true,
    summary: {
      crossovers: 0,
      variants: Object.entries({ control, ...variants }).map(([variant, group]) => ({
        variant,
        units: group.units,
        metrics: metricsOf(group),
      })),
    },
  };
}

function metricsOf({
  units,
  buys = 0,
  revenue = [10, 25],
  errors = 0,
}: Group): Record<string, MetricSummary> {
  return {
    bought: { kind: "proportion", count: units, successes: buys },
    revenue: { kind: "mean", count: units, mean: revenue[0], squaredDeviations: revenue[1] * (units - 1) },
    errors: { kind: "proportion", count: units, successes: errors },
  };
}
