import type { Metric } from "../../protocols/metric.ts";
import { hasCovariate, summaryKind } from "../../protocols/metric-shape.ts";
import { tables } from "../schema/tables.ts";
import type { Binder } from "./binder.ts";
import { leavesOut } from "./metrics.ts";
import { countedUnit, linkJoin, rowCondition } from "./scope.ts";
import type { Scope } from "./scope.ts";

// A metric's own value from before the phase (R12), beside its value now. A ratio has two numbers and its own method of
// reducing variance, so it takes no part here.

/** One row a unit: `c<i>` of each metric; of units that count as one, all together, as for the metric itself. */
export function covariatesSql(scope: Scope, metrics: readonly Metric[], experimentUnit: string): string {
  const columns = metrics.flatMap((metric, index) =>
    hasCovariate(metric, experimentUnit)
      ? [
          `${combined(metric, index, scope, summaryKind(metric, experimentUnit) === "proportion")} AS c${index}`,
        ]
      : [],
  );
  return `
    SELECT ${countedUnit(scope, "c")} AS unit, ${columns.join(", ")}
    FROM ${tables.covariates.name} AS c FINAL
    ${linkJoin(scope, "c")}
    WHERE ${rowCondition(scope, "c")} AND c.experiment = {experiment:String} AND c.phase = {phase:UInt32}
    GROUP BY unit`;
}

/** A mean has no weight to be merged by: the unit's own goes first, then that of who was linked first. */
function combined(metric: Metric, index: number, { facts }: Scope, isProportion: boolean): string {
  const own = `c.metric = {k${index}:String}`;
  if (isProportion) return `maxIf(c.first, ${own})`;
  if (leavesOut(metric) && facts.identities)
    return `argMaxIf(c.first, (l.known = 0, l.precedence), ${own} AND c.first != 0)`;
  return `sumIf(c.first, ${own})`;
}

/** An arm's moments of (value, covariate), over the units that the metric counts. */
export function covariateColumns(
  metric: Metric,
  index: number,
  experimentUnit: string,
  binder: Binder,
): string[] {
  if (!hasCovariate(metric, experimentUnit)) return [];
  const isProportion = summaryKind(metric, experimentUnit) === "proportion";
  const y = isProportion ? `toFloat64(y${index} > 0)` : `y${index}`;
  const { cap } = metric;
  const x =
    cap !== undefined && "value" in cap
      ? `least(c${index}, ${binder.bind(cap.value, "Float64")})`
      : `c${index}`;
  const when = leavesOut(metric) ? `z${index} > 0` : "true";
  const mean = (of: string): string => `ifNotFinite(sumKahanIf(${of}, ${when}) / countIf(${when}), 0)`;
  const total = (of: string): string => `ifNotFinite(${of} * countIf(${when}), 0)`;
  return [
    `countIf(${when}) AS vn${index}`,
    `${mean(y)} AS vy${index}`,
    `${mean(x)} AS vx${index}`,
    `${total(`varPopStableIf(${y}, ${when})`)} AS vyy${index}`,
    `${total(`varPopStableIf(${x}, ${when})`)} AS vxx${index}`,
    `${total(`covarPopStableIf(${y}, ${x}, ${when})`)} AS vxy${index}`,
  ];
}
