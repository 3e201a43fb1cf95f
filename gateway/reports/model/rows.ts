import type { Experiment } from "../../../protocols/experiment.ts";
import type { ReportRow } from "../../../protocols/report.ts";
import type { ExperimentResult } from "../../../protocols/results.ts";
import type { MetricRole } from "../../../protocols/scorecard.ts";
import { rowOf } from "./row.ts";

export const roles: readonly MetricRole[] = ["primary", "secondary", "guardrail"];

/** Every comparison: the primary metric's first, then secondary metrics and guardrails. */
export function reportRows({ analysis, definition }: ExperimentResult): readonly ReportRow[] {
  const rows = analysis.comparisons.map((comparison) => {
    const metric = definition.metrics.find(({ key }) => key === comparison.metric);
    return rowOf(comparison, metric, roleOf(definition.experiment, comparison.metric));
  });
  return roles.flatMap((role) => rows.filter((row) => row.role === role));
}

export function roleOf({ metrics }: Pick<Experiment, "metrics">, metric: string): MetricRole {
  if (metric === metrics.primary) return "primary";
  return metrics.guardrails.some((key) => key === metric) ? "guardrail" : "secondary";
}
