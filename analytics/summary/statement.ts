import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import { tables } from "../schema/tables.ts";
import { covariateColumns, covariatesSql, hasCovariate } from "./covariate-columns.ts";
import { armColumns, eventNames, unitColumns, windowMs } from "./metrics.ts";
import { countedUnit, inRange, linkJoin, rowCondition, scopeParameters } from "./scope.ts";
import type { Parameters, Scope } from "./scope.ts";
import { eventIsUnsure, unitsSql } from "./units.ts";

// One statement for all metrics of an experiment: exposures give each unit its variant and its time zero, the events
// are read once and joined, and the arms are summed up. The join keeps units without events: zeros are data.

/** Per metric: of its one number a unit, or of a ratio's two. */
export type Pivot = readonly [number, number];

/** By what the arms are broken down, if at all. */
export type Breakdown = { readonly by: "day" } | { readonly by: "dimension"; readonly name: string };

export interface StatementOptions {
  readonly scope: Scope;
  readonly definition: ExperimentDefinition;
  readonly pivots: readonly Pivot[];
  readonly breakdown?: Breakdown;
  /** Exact also where the answer without it says `unsure`. */
  readonly covers: boolean;
}

export interface Statement {
  readonly sql: string;
  readonly parameters: Parameters;
}

/** Rows: variant, reason, the breakdown's `part`, units, the metrics' sums, and how many events are `unsure`. */
export function summaryStatement({
  scope,
  definition,
  pivots,
  breakdown,
  covers,
}: StatementOptions): Statement {
  const { metrics } = definition;
  const names = [...new Set(metrics.flatMap(eventNames))];
  const session = metrics.some(({ window }) => window?.type === "session");
  const part = partOf(breakdown);
  const withCovariates = metrics.some(hasCovariate);
  const unit = countedUnit(scope, "v");
  const arms = metrics.map((metric, index) =>
    [armColumns(metric, index), ...covariateColumns(metric, index)].join(", "),
  );
  const sql = `
SELECT variant, reason, ${part.text} AS part, count() AS units, ${covers ? "0" : "sum(unsure_events)"} AS unsure,
  ${arms.join(",\n  ")}
FROM (
  SELECT x.unit AS unit, any(x.variant) AS variant, any(x.reason) AS reason${part.carried}${covers ? "" : `, countIf(${eventIsUnsure}) AS unsure_events`},
    ${metrics.map((metric, index) => unitColumns(metric, index, names, covers)).join(",\n    ")}
  FROM (
    SELECT ${unit} AS unit, v.event AS event, v.ts AS ts, v.value AS value, v.received_at AS received_at${session ? ", v.session AS session" : ""}
    FROM ${tables.events.name} AS v FINAL
    ${linkJoin(scope, "v")}
    WHERE ${rowCondition(scope, "v")} AND v.event IN {events:Array(String)}${inRange(scope, unit)}
  ) AS e
  RIGHT JOIN (${unitsSql(scope, definition, {
    covers,
    session,
    day: breakdown?.by === "day",
    ...(breakdown?.by === "dimension" ? { dimension: "dimension" } : {}),
  })}
  ) AS x ON e.unit = x.unit
  GROUP BY x.unit
) AS w${withCovariates ? `\nLEFT JOIN (${covariatesSql(scope, metrics)}\n) AS k ON w.unit = k.unit` : ""}
GROUP BY variant, reason, part`;
  return { sql, parameters: parametersOf(scope, definition, pivots, breakdown) };
}

/** The breakdown's column in the arms, and how it comes there from the units. */
function partOf(breakdown: Breakdown | undefined): { readonly text: string; readonly carried: string } {
  switch (breakdown?.by) {
    case undefined:
      return { text: "''", carried: "" };
    case "day":
      return { text: "toString(first_day)", carried: ", any(x.first_day) AS first_day" };
    case "dimension":
      return { text: "member", carried: ", any(x.member) AS member" };
  }
}

function parametersOf(
  scope: Scope,
  { experiment, metrics }: ExperimentDefinition,
  pivots: readonly Pivot[],
  breakdown: Breakdown | undefined,
): Parameters {
  const names = [...new Set(metrics.flatMap(eventNames))];
  const parameters: Parameters = {
    ...scopeParameters(scope),
    experiment: experiment.key,
    phase: experiment.phase,
    events: names,
    ...(breakdown?.by === "dimension" ? { dimension: breakdown.name } : {}),
  };
  names.forEach((name, index) => (parameters[`e${index}`] = name));
  metrics.forEach((metric, index) => {
    const [first, second] = pivots[index] ?? [0, 0];
    const window = windowMs(metric);
    parameters[`p${index}`] = first;
    parameters[`q${index}`] = second;
    if (window !== undefined) parameters[`h${index}`] = window;
    if (hasCovariate(metric)) parameters[`k${index}`] = metric.key;
  });
  return parameters;
}
