import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import { tables } from "../schema/tables.ts";
import { analysisUnitOf, hasCovariate } from "../../protocols/metric-shape.ts";
import { Binder } from "./binder.ts";
import { covariateColumns, covariatesSql } from "./covariate-columns.ts";
import { armColumns, unitColumns } from "./metrics.ts";
import { StatementSources } from "./sources.ts";
import { countedUnit, inRange, linkJoin, rowCondition, scopeParameters } from "./scope.ts";
import type { Parameters, Scope } from "./scope.ts";
import { eventIsUnsure, unitsSql } from "./units.ts";

// One statement for all metrics of an experiment: exposures give each unit its variant and its time zero, the events
// are read once and joined, and the arms are summed up. The join keeps units without events: zeros are data.

/** Per variant of a metric: of its one number a unit, or of a ratio's two. */
export type Pivot = readonly [number, number];
export const noPivot: Pivot = [0, 0];

/** By what the arms are broken down, if at all. */
export type Breakdown = { readonly by: "day" } | { readonly by: "dimension"; readonly name: string };

export interface StatementOptions {
  readonly scope: Scope;
  readonly definition: ExperimentDefinition;
  /** By metric and variant. */
  readonly pivots: readonly (readonly Pivot[])[];
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
  const { metrics, experiment } = definition;
  const read = readingOf(definition);
  const { binder, sources } = read;
  const part = partOf(breakdown);
  const withCovariates = metrics.some((metric) => hasCovariate(metric, experiment.unit));
  const arms = metrics.map((metric, index) =>
    [
      armColumns(metric, index, experiment.unit),
      ...covariateColumns(metric, index, experiment.unit, binder),
    ].join(", "),
  );
  const sql = `
SELECT variant, reason, ${part.text} AS part, count() AS units, ${covers ? "0" : "sum(unsure_events)"} AS unsure,
  ${arms.join(",\n  ")}
FROM (${perUnitSql(scope, definition, read, { covers, breakdown, carried: part.carried })}
) AS w${withCovariates ? `\nLEFT JOIN (${covariatesSql(scope, metrics, experiment.unit)}\n) AS k ON w.unit = k.unit` : ""}
GROUP BY variant, reason, part`;
  const parameters = parametersOf(scope, definition, sources, pivots, breakdown);
  return { sql, parameters: { ...parameters, ...binder.parameters } };
}

/** What a statement's metrics read. */
interface StatementReading {
  readonly binder: Binder;
  readonly sources: StatementSources;
  /** Whether the sessions of exposures matter, and those of events. */
  readonly visits: boolean;
  readonly session: boolean;
}

function readingOf({ metrics, experiment }: ExperimentDefinition): StatementReading {
  const binder = new Binder();
  const sources = new StatementSources(metrics, binder);
  const visits = metrics.some((metric) => analysisUnitOf(metric, experiment.unit) === "session");
  const session = visits || metrics.some(({ window }) => window?.type === "session");
  return { binder, sources, visits, session };
}

interface PerUnit {
  readonly covers: boolean;
  readonly breakdown?: Breakdown | undefined;
  /** Columns of the units that are carried along. */
  readonly carried: string;
}

/** A row for each unit: its variant, why it is set aside, and the metrics' numbers. */
function perUnitSql(
  scope: Scope,
  definition: ExperimentDefinition,
  reading: StatementReading,
  { covers, breakdown, carried }: PerUnit,
): string {
  const { metrics, experiment } = definition;
  const { binder, sources, visits, session } = reading;
  return `
  SELECT x.unit AS unit, any(x.variant) AS variant, any(x.reason) AS reason${carried}${covers ? "" : `, countIf(${eventIsUnsure}) AS unsure_events`},
    ${metrics.map((metric, index) => unitColumns(metric, index, { sources, binder, covers, unit: experiment.unit })).join(",\n    ")}
  FROM (${eventRowsSql(scope, reading)}
  ) AS e
  RIGHT JOIN (${unitsSql(scope, definition, {
    covers,
    session,
    visits,
    day: breakdown?.by === "day",
    ...(breakdown?.by === "dimension" ? { dimension: "dimension" } : {}),
  })}
  ) AS x ON e.unit = x.unit
  GROUP BY x.unit`;
}

/** The events that the metrics read, a row each, under the unit that they count for. */
function eventRowsSql(scope: Scope, { sources, session }: StatementReading): string {
  const unit = countedUnit(scope, "v");
  return `
    SELECT ${unit} AS unit, v.event AS event, v.ts AS ts, v.value AS value, v.received_at AS received_at${session ? ", v.session AS session" : ""}${sources.columns.map((column) => `,\n      ${column}`).join("")}
    FROM ${tables.events.name} AS v FINAL
    ${linkJoin(scope, "v")}
    WHERE ${rowCondition(scope, "v")} AND v.event IN {events:Array(String)}${inRange(scope, unit)}`;
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
  sources: StatementSources,
  pivots: StatementOptions["pivots"],
  breakdown: Breakdown | undefined,
): Parameters {
  const parameters: Parameters = {
    ...scopeParameters(scope),
    experiment: experiment.key,
    phase: experiment.phase,
    events: sources.events,
    variants: experiment.variants.map(({ key }) => key),
    ...(breakdown?.by === "dimension" ? { dimension: breakdown.name } : {}),
  };
  sources.events.forEach((name, index) => (parameters[`e${index}`] = name));
  metrics.forEach((metric, index) => {
    const own = experiment.variants.map((_, variant) => pivots[index]?.[variant] ?? noPivot);
    parameters[`p${index}`] = own.map(([first]) => first);
    parameters[`q${index}`] = own.map(([, second]) => second);
    if (hasCovariate(metric, experiment.unit)) parameters[`k${index}`] = metric.key;
  });
  return parameters;
}
