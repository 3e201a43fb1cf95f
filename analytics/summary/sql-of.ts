import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import { summaryKind } from "../../protocols/metric-shape.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { MetricSummary } from "../../protocols/results.ts";
import type { Facts } from "./scope.ts";
import { summaryStatement } from "./statement.ts";

// A metric of a report as SQL that a person can run: nothing to fill in, and columns with names.

/** Whatever there may be in an environment is looked for. */
const allFacts: Facts = { identities: true, optOuts: true, bots: true, deletions: true };

/** Columns of each kind of summary, by name. */
const columnsOf: Record<MetricSummary["kind"], readonly (readonly [text: string, name: string])[]> = {
  proportion: [
    ["n0", "successes"],
    ["n0 / units", "proportion"],
  ],
  mean: [
    ["n0", "units_with_value"],
    ["m0", "mean"],
    ["d0 / (n0 - 1)", "variance"],
  ],
  ratio: [
    ["m0 / mz0", "ratio"],
    ["m0", "numerator_mean"],
    ["mz0", "denominator_mean"],
    ["d0 / (n0 - 1)", "numerator_variance"],
    ["dz0 / (n0 - 1)", "denominator_variance"],
    ["c0 / (n0 - 1)", "covariance"],
  ],
  distribution: [["n0", "units_with_value"]],
};

/** Of units that count: one row a variant. */
export function sqlOf(
  environment: EnvironmentKey,
  { experiment }: ExperimentDefinition,
  metric: Metric,
): string {
  const { sql, parameters } = summaryStatement({
    scope: { environment, facts: allFacts },
    definition: { experiment, metrics: [metric] },
    pivots: [],
    covers: true,
  });
  const columns = columnsOf[summaryKind(metric, experiment.unit)].map(([text, name]) => `${text} AS ${name}`);
  const whole = sql
    .replace(/\{(\w+):([^}]+)\}/g, (_, name: string, type: string) => literal(parameters[name], type))
    .trim();
  return `-- ${metric.key} of the experiment ${experiment.key}, phase ${experiment.phase}
SELECT variant, units, ${columns.join(", ")}
FROM (
${whole}
)
WHERE reason = 0
ORDER BY variant`;
}

function literal(value: unknown, type: string): string {
  if (Array.isArray(value)) {
    const inner = type.replace(/^Array\((.*)\)$/, "$1");
    return `[${value.map((each) => literal(each, inner)).join(", ")}]`;
  }
  if (typeof value !== "string") return type === "Float64" ? `toFloat64(${String(value)})` : String(value);
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\0", "\\0")}'`;
}
