import type { ReportRow } from "../../../protocols/report.ts";
import type { ExperimentResult } from "../../../protocols/results.ts";
import type { MetricRole } from "../../../protocols/scorecard.ts";
import { rowOf } from "./row.ts";

const roles: readonly MetricRole[] = ["primary", "secondary", "guardrail"];

/** Every comparison: the primary metric's first, then secondary metrics and guardrails. */
export function reportRows({ analysis, definition }: ExperimentResult): readonly ReportRow[] {
  const { primary, guardrails } = definition.experiment.metrics;
  const roleOf = (metric: string): MetricRole => {
    if (metric === primary) return "primary";
    return guardrails.some((key) => key === metric) ? "guardrail" : "secondary";
  };
  const rows = analysis.comparisons.map((comparison) => {
    const metric = definition.metrics.find(({ key }) => key === comparison.metric);
    return rowOf(comparison, metric, roleOf(comparison.metric));
  });
  return roles.flatMap((role) => rows.filter((row) => row.role === role));
}
