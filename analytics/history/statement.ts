import type { Entered, History } from "../../protocols/history.ts";
import { defaultUnitType } from "../../protocols/ids.ts";
import type { Metric } from "../../protocols/metric.ts";
import { hasCovariate, sourceOf } from "../../protocols/metric-shape.ts";
import { tables } from "../schema/tables.ts";
import { Binder } from "../summary/binder.ts";
import { filterSql } from "../summary/filter.ts";
import { unitColumns } from "../summary/metrics.ts";
import {
  consentJoin,
  countedUnit,
  linkJoin,
  notDeleted,
  notDropped,
  reasonOf,
  reasons,
  rowCondition,
  scopeParameters,
} from "../summary/scope.ts";
import type { Parameters, Scope } from "../summary/scope.ts";
import { StatementSources } from "../summary/sources.ts";

// What units did in a stretch of the past, as if all of it had been one experiment: a unit enters where it is met first, and
// the metric looks at what came after. The expressions are those of an experiment's own sums (summary/).

export const dayMs = 86_400_000;

export interface HistoryScope {
  readonly scope: Scope;
  readonly history: History;
  readonly until: number;
  readonly entered: Entered;
  /** Names by which units enter, where nothing is exposed. */
  readonly events: readonly string[];
}

export interface HistoryStatement {
  readonly sql: string;
  readonly parameters: Parameters;
}

const moment = (name: string): string => `fromUnixTimestamp64Milli({${name}:Int64}, 'UTC')`;
/** Everything has come in after it. */
const longAgo = "toDateTime64('1900-01-01 00:00:00', 3, 'UTC')";

/** A unit: `unit`, `t0`, and `first_session` and `visits` as summary/ has them. */
function unitsSql({ scope, history, entered }: HistoryScope, binder: Binder): string {
  const first = "(s.ts, -toInt64(s.precedence))";
  const table = entered === "exposures" ? tables.exposures : tables.events;
  const { experiment, variant, flag, targeting } = history;
  const of = (column: string, key: string | undefined): string =>
    key === undefined ? "" : ` AND s.${column} = ${binder.bind(key, "String")}`;
  const which =
    entered === "exposures"
      ? `${of("experiment", experiment)}${of("variant", variant)}${of("flag", flag)}${targeting === undefined ? "" : ` AND ${filterSql(targeting, "s.metadata", binder)}`}`
      : " AND s.event IN {entering:Array(String)}";
  return `
    SELECT y.counted AS unit, y.t0 AS t0, ${longAgo} AS waits, y.first_session AS first_session, y.visits AS visits
    FROM (
      SELECT ${countedUnit(scope, "s")} AS counted, min(s.ts) AS t0, argMin(s.session, ${first}) AS first_session,
        groupUniqArrayIf((s.session, s.ts), s.session != '') AS visits
      FROM ${table.name} AS s FINAL
      ${linkJoin(scope, "s")}
      ${consentJoin(scope, "s")}
      WHERE ${rowCondition(scope, "s")} AND s.ts >= ${moment("since")} AND s.ts < ${moment("until")}${which}${notDropped(scope, "s")}
      GROUP BY counted
    ) AS y
    WHERE ${reasonOf(scope, "y.counted", "false", false)} = ${reasons.counted}${notDeleted(scope, "y.counted")}`;
}

function parametersOf({ scope, history, until, events }: HistoryScope): Parameters {
  return {
    ...scopeParameters(scope),
    since: until - history.days * dayMs,
    until,
    entering: events,
  };
}

const dayOf = (time: string): string =>
  `toFloat64(intDiv(toUnixTimestamp64Milli(${time}) - {since:Int64}, ${dayMs}))`;

/** Rows: how many units entered on each day, from 0. */
export function arrivalsStatement(from: HistoryScope): HistoryStatement {
  const binder = new Binder();
  const sql = `SELECT ${dayOf("x.t0")} AS day, toFloat64(count()) AS units FROM (${unitsSql(from, binder)}) AS x GROUP BY day ORDER BY day`;
  return { sql, parameters: { ...parametersOf(from), ...binder.parameters } };
}

/** Rows: `unit` and the `day` it entered, in the order of days: for splits of the units themselves. */
export function unitStatement(from: HistoryScope): HistoryStatement {
  const binder = new Binder();
  const sql = `SELECT x.unit AS unit, ${dayOf("x.t0")} AS day FROM (${unitsSql(from, binder)}) AS x ORDER BY day, unit`;
  return { sql, parameters: { ...parametersOf(from), ...binder.parameters } };
}

/** Whether a unit's value is a sum of what each day adds, so that it can be followed from day to day. */
export const isAdditive = ({ definition, cap, unit }: Metric): boolean =>
  ["binary", "count", "sum", "mean", "ratio"].includes(definition.type) &&
  cap === undefined &&
  unit !== "session";

export const withCovariate = (metric: Metric): boolean =>
  hasCovariate(metric, defaultUnitType) &&
  ["binary", "retention", "count", "sum", "mean"].includes(metric.definition.type);

/**
 * Rows in the order of units and days: `unit`, the day it `entered`, the `day` of what follows, its numbers `y` and `z` (as
 * `y0` and `z0` of summary/metrics.ts), and its covariate `x`, from the days before the stretch. `byDay`: a row for each day
 * on which it did something, with that day's share of the numbers.
 */
export function valueStatement(metric: Metric, from: HistoryScope, byDay: boolean): HistoryStatement {
  const binder = new Binder();
  const sources = new StatementSources([metric], binder);
  const columns = unitColumns(metric, 0, { sources, binder, covers: false, unit: defaultUnitType });
  const own = dayOf("e.ts");
  const day = byDay
    ? `if(e.event = '', ${dayOf("x.t0")}, greatest(${own}, ${dayOf("x.t0")}))`
    : `${dayOf("any(x.t0)")}`;
  const covariate = withCovariate(metric) ? covariateSql(metric, sources, from, binder) : undefined;
  const sql = `
SELECT w.unit AS unit, w.entered AS entered, w.day AS day, toFloat64(w.y0) AS y, toFloat64(w.z0) AS z${covariate === undefined ? "" : ", k.x AS x"}
FROM (
  SELECT x.unit AS unit, ${dayOf("any(x.t0)")} AS entered, ${day} AS day, ${/ AS z0,/.test(columns) ? "" : "0 AS z0, "}${columns}
  FROM (${eventsSql(from, sources, "v.ts >= " + moment("since"))}
  ) AS e
  RIGHT JOIN (${unitsSql(from, binder)}
  ) AS x ON e.unit = x.unit
  GROUP BY x.unit${byDay ? ", day" : ""}
) AS w${covariate === undefined ? "" : `\nLEFT JOIN (${covariate}\n) AS k ON w.unit = k.unit`}
ORDER BY unit, day`;
  const names = Object.fromEntries(sources.events.map((name, index) => [`e${index}`, name]));
  const parameters = { ...parametersOf(from), ...names, read: sources.events, ...binder.parameters };
  return { sql, parameters };
}

function eventsSql({ scope }: HistoryScope, sources: StatementSources, when: string): string {
  return `
    SELECT ${countedUnit(scope, "v")} AS unit, v.event AS event, v.ts AS ts, v.value AS value, v.received_at AS received_at, v.session AS session${sources.columns.map((column) => `,\n      ${column}`).join("")}
    FROM ${tables.events.name} AS v FINAL
    ${linkJoin(scope, "v")}
    WHERE ${rowCondition(scope, "v")} AND v.event IN {read:Array(String)} AND ${when} AND v.ts < ${moment("until")}`;
}

/** As covariates/values.ts: the metric's own value, without its window, over the days before. */
function covariateSql(
  { definition, covariate, cap }: Metric,
  sources: StatementSources,
  from: HistoryScope,
  binder: Binder,
): string {
  const { is, value } = sources.of(sourceOf(definition));
  const since = from.until - (from.history.days + (covariate?.lookbackDays ?? 0)) * dayMs;
  const start = `fromUnixTimestamp64Milli(${binder.bind(since, "Int64")}, 'UTC')`;
  const counted = `countIf(${is})`;
  const amount =
    {
      count: `toFloat64(${counted})`,
      sum: `sumKahanIf(${value}, ${is})`,
      mean: `ifNotFinite(sumKahanIf(${value}, ${is}) / ${counted}, 0)`,
    }[definition.type as string] ?? `toFloat64(${counted} > 0)`;
  const capped =
    cap !== undefined && "value" in cap ? `least(${amount}, ${binder.bind(cap.value, "Float64")})` : amount;
  return `
  SELECT e.unit AS unit, ${capped} AS x
  FROM (${eventsSql(from, sources, `v.ts >= ${start} AND v.ts < ${moment("since")}`)}
  ) AS e
  GROUP BY e.unit`;
}
