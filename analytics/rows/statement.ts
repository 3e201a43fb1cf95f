import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import { analysisUnitOf, hasCovariate, sourceOf, summaryKind } from "../../protocols/metric-shape.ts";
import type { Metric } from "../../protocols/metric.ts";
import { tables } from "../schema/tables.ts";
import { Binder } from "../summary/binder.ts";
import { covariatesSql } from "../summary/covariate-columns.ts";
import { leavesOut, unitColumns } from "../summary/metrics.ts";
import { countedUnit, inRange, linkJoin, reasons, rowCondition, scopeParameters } from "../summary/scope.ts";
import type { Parameters, Scope } from "../summary/scope.ts";
import type { UnitSource } from "../summary/unit-source.ts";
import { StatementSources } from "../summary/sources.ts";
import { eventCounts, eventIsUnsure, unitsSql } from "../summary/units.ts";
import { windowSql } from "../summary/window.ts";
import { othersParameters, othersSql } from "./others.ts";
import type { OtherExperiment } from "./others.ts";

// A metric's single values instead of their sums, from the same text as the sums (summary/statement.ts): a row a unit, or
// a row an event where the metric is of events. In the order of variants and units, so that whatever is computed of them
// comes out the same to the last bit each time.

/** Columns of a row, in order: `variant` by its place in the definition, and `unsure` as in summary/statement.ts. */
export type RowColumn =
  | "variant"
  | "unsure"
  | "value"
  | "denominator"
  | "unit"
  | `covariate${number}`
  | `other${number}`;

export interface RowStatement {
  readonly sql: string;
  readonly parameters: Parameters;
  readonly columns: readonly RowColumn[];
}

interface RowStatementOptions {
  readonly scope: Scope;
  readonly definition: ExperimentDefinition;
  readonly metric: Metric;
  /** Metrics whose values from before the phase stand beside each unit's own. */
  readonly covariates: readonly Metric[];
  readonly covers: boolean;
  readonly more?: RowsAsked | undefined;
}

/** What else is asked of a unit's row. */
export interface RowsAsked {
  /** Other experiments, whose variants of the unit stand beside its value. */
  readonly others?: readonly OtherExperiment[];
  /** Where units come from that are no exposures, and what that has to know. */
  readonly source?: { readonly of: UnitSource; readonly parameters: Parameters };
  /** Epoch ms: events from then on are none. */
  readonly until?: number;
}

/** Whether the metric's single values are those of events: many of one unit, which are then told apart. */
export const isOfEvents = (metric: Metric, experimentUnit: string): boolean =>
  metric.definition.type === "percentile" && analysisUnitOf(metric, experimentUnit) === "event";

export function rowStatement(options: RowStatementOptions): RowStatement {
  return isOfEvents(options.metric, options.definition.experiment.unit)
    ? eventRows(options)
    : unitRows(options);
}

function unitRows(options: RowStatementOptions): RowStatement {
  const { scope, definition, metric, covariates, covers, more = {} } = options;
  const { others = [], source } = more;
  const { experiment } = definition;
  const binder = new Binder();
  const sources = new StatementSources([metric], binder);
  const kind = summaryKind(metric, experiment.unit);
  const columns = unitColumns(metric, 0, { sources, binder, covers, unit: experiment.unit });
  const own = [
    kind === "proportion" ? "toFloat64(y0 > 0) AS value" : "y0 AS value",
    ...(kind === "ratio" ? ["z0 AS denominator"] : []),
    ...covariates.map(
      (covariate, index) => `${cappedCovariate(covariate, index, binder)} AS covariate${index}`,
    ),
  ];
  const beside = others.map((_, index) => `p.other${index}`);
  const has = leavesOut(metric) || kind === "distribution" ? " AND z0 > 0" : "";
  const joined =
    covariates.length === 0
      ? ""
      : `\nLEFT JOIN (${covariatesSql(scope, covariates, experiment.unit)}\n) AS k ON w.unit = k.unit`;
  const sql = `
SELECT ${variantColumn("w.variant")}, toUInt8(w.unsure_events > 0) AS unsure, ${[...own, ...beside].join(", ")}
FROM (
  SELECT x.unit AS unit, any(x.variant) AS variant, any(x.reason) AS reason,
    ${covers ? "0" : `countIf(${eventIsUnsure})`} AS unsure_events,
    ${columns}
  FROM (${eventsSql(scope, sources, readsSessions(metric, definition), more.until)}
  ) AS e
  RIGHT JOIN (${unitsOf(scope, definition, metric, covers, source?.of)}
  ) AS x ON e.unit = x.unit
  GROUP BY x.unit
) AS w${joined}${others.length === 0 ? "" : `\nLEFT JOIN (${othersSql(scope, others.length)}\n) AS p ON w.unit = p.unit`}
WHERE w.reason = ${reasons.counted} AND has({variants:Array(String)}, w.variant)${has}
ORDER BY place, w.unit`;
  return {
    sql,
    parameters: {
      ...parametersOf(scope, definition, sources),
      ...source?.parameters,
      ...(more.until === undefined ? {} : { before: more.until }),
      ...(others.length === 0 ? {} : othersParameters(others)),
      ...Object.fromEntries(covariates.map(({ key }, index) => [`k${index}`, key])),
      ...binder.parameters,
    },
    columns: [
      "variant",
      "unsure",
      "value",
      ...(kind === "ratio" ? (["denominator"] as const) : []),
      ...covariates.map((_, index) => `covariate${index}` as const),
      ...others.map((_, index) => `other${index}` as const),
    ],
  };
}

function eventRows({ scope, definition, metric, covers }: RowStatementOptions): RowStatement {
  const binder = new Binder();
  const sources = new StatementSources([metric], binder);
  const within = windowSql(metric, binder)("e.ts", "e.session", "x.t0", "x.first_session");
  const { is, value } = sources.of(sourceOf(metric.definition));
  const counts = `${is} AND ${eventCounts(covers)}${within}`;
  const unsure = covers ? "false" : `${is} AND ${eventIsUnsure}`;
  const sql = `
SELECT ${variantColumn("x.variant")}, toUInt8(${unsure}) AS unsure, ${value} AS value, x.unit AS unit
FROM (${eventsSql(scope, sources, readsSessions(metric, definition))}
) AS e
INNER JOIN (${unitsOf(scope, definition, metric, covers)}
) AS x ON e.unit = x.unit
WHERE x.reason = ${reasons.counted} AND has({variants:Array(String)}, x.variant) AND ((${counts}) OR (${unsure}))
ORDER BY place, unit, value`;
  return {
    sql,
    parameters: { ...parametersOf(scope, definition, sources), ...binder.parameters },
    columns: ["variant", "unsure", "value", "unit"],
  };
}

const variantColumn = (of: string): string =>
  `toUInt8(indexOf({variants:Array(String)}, ${of}) - 1) AS place`;

const readsSessions = (metric: Metric, { experiment }: ExperimentDefinition): boolean =>
  metric.window?.type === "session" || visits(metric, experiment.unit);
const visits = (metric: Metric, experimentUnit: string): boolean =>
  analysisUnitOf(metric, experimentUnit) === "session";

function eventsSql(scope: Scope, sources: StatementSources, session: boolean, before?: number): string {
  const unit = countedUnit(scope, "v");
  return `
    SELECT ${unit} AS unit, v.event AS event, v.ts AS ts, v.value AS value, v.received_at AS received_at${session ? ", v.session AS session" : ""}${sources.columns.map((column) => `,\n      ${column}`).join("")}
    FROM ${tables.events.name} AS v FINAL
    ${linkJoin(scope, "v")}
    WHERE ${rowCondition(scope, "v")} AND v.event IN {events:Array(String)}${inRange(scope, unit)}${before === undefined ? "" : " AND v.ts < fromUnixTimestamp64Milli({before:Int64})"}`;
}

const unitsOf = (
  scope: Scope,
  definition: ExperimentDefinition,
  metric: Metric,
  covers: boolean,
  source?: UnitSource,
): string =>
  unitsSql(scope, definition, {
    covers,
    session: readsSessions(metric, definition),
    visits: visits(metric, definition.experiment.unit),
    day: false,
    source,
  });

function parametersOf(
  scope: Scope,
  { experiment }: ExperimentDefinition,
  sources: StatementSources,
): Parameters {
  return {
    ...scopeParameters(scope),
    experiment: experiment.key,
    phase: experiment.phase,
    variants: experiment.variants.map(({ key }) => key),
    events: sources.events,
    ...Object.fromEntries(sources.events.map((name, index) => [`e${index}`, name])),
  };
}

/** As the metric itself (summary/covariate-columns.ts). */
const cappedCovariate = ({ cap }: Metric, index: number, binder: Binder): string =>
  cap !== undefined && "value" in cap
    ? `least(k.c${index}, ${binder.bind(cap.value, "Float64")})`
    : `k.c${index}`;

/** Metrics of the experiment that a metric is adjusted by; undefined: one is named that has no values from before. */
export function covariatesOf(metric: Metric, { metrics, experiment }: ExperimentDefinition) {
  const named = (metric.covariate?.metrics ?? []).map((key) => metrics.find((each) => each.key === key));
  const all = [...new Set(hasCovariate(metric, experiment.unit) ? [metric, ...named] : named)];
  const known = all.filter((each) => each !== undefined && hasCovariate(each, experiment.unit));
  return known.length === all.length ? (known as readonly Metric[]) : undefined;
}
