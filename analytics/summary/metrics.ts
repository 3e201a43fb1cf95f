import type { EventSource } from "../../protocols/event-source.ts";
import type { Metric, RatioTerm } from "../../protocols/metric.ts";
import { analysisUnitOf, sourceOf, summaryKind } from "../../protocols/metric-shape.ts";
import type { Binder } from "./binder.ts";
import { type CountsIf, funnelSql, sessionsSql } from "./derived.ts";
import type { StatementSources } from "./sources.ts";
import { eventCounts } from "./units.ts";
import { windowSql } from "./window.ts";

// What each metric adds to the statement: a unit's numbers, and an arm's sums of them.
//   Q1. Sums and deviations are taken of `value − pivot`: around a pivot near the mean they do not cancel. Each arm has its
//       own: around that of an arm whose values are a thousand million times as large nothing would be left of them.

const hourMs = 3_600_000;

/** What the metrics of one statement share. */
export interface MetricScope {
  readonly sources: StatementSources;
  readonly binder: Binder;
  readonly covers: boolean;
  /** The experiment's. */
  readonly unit: string;
}

/** A unit's numbers: `y<i>`, and `z<i>` where the metric needs a second. */
export function unitColumns(metric: Metric, index: number, scope: MetricScope): string {
  const { sources, binder, covers } = scope;
  const { definition, cap } = metric;
  const unit = analysisUnitOf(metric, scope.unit);
  const within = windowSql(metric, binder);
  const counts: CountsIf = (source) =>
    `${sources.of(source).is} AND ${eventCounts(covers)}${within("e.ts", "e.session", "x.t0", "x.first_session")}`;
  const capOf = (): string | undefined =>
    cap !== undefined && "value" in cap ? binder.bind(cap.value, "Float64") : undefined;
  const capped = (value: string): string => {
    const limit = capOf();
    return limit === undefined ? value : `least(${value}, ${limit})`;
  };
  const count = (source: EventSource): string => `toFloat64(countIf(${counts(source)}))`;
  const sum = (source: EventSource): string => `sumKahanIf(${sources.of(source).value}, ${counts(source)})`;
  const term = (side: RatioTerm): string => (side.aggregate === "count" ? count(side) : sum(side));
  const named = (y: string, z?: string): string =>
    `${z === undefined ? "" : `${z} AS z${index}, `}${y} AS y${index}`;

  if (unit === "session" && "event" in definition) {
    const { y, z } = sessionsSql(metric, index, { sources, counts, within, cap: capOf() });
    return named(y, z);
  }
  switch (definition.type) {
    case "binary":
    case "retention":
      return named(count(definition));
    case "count":
      return named(capped(count(definition)));
    case "sum":
      return named(capped(sum(definition)));
    case "mean":
      if (unit === "event")
        return named(
          `sumKahanIf(${capped(sources.of(definition).value)}, ${counts(definition)})`,
          count(definition),
        );
      return named(`if(z${index} = 0, 0, ${capped(`${sum(definition)} / z${index}`)})`, count(definition));
    case "ratio":
      return named(capped(term(definition.numerator)), term(definition.denominator));
    case "funnel":
      return named(funnelSql(definition.steps.map(counts)));
    case "time_to": {
      const ms = (time: string): string => `toUnixTimestamp64Milli(${time})`;
      const first = `minIf(${ms("e.ts")}, ${counts(sourceOf(definition))})`;
      const hours = capped(`(${first} - ${ms("any(x.t0)")}) / ${hourMs}`);
      return named(`if(z${index} = 0, 0, ${hours})`, count(sourceOf(definition)));
    }
    case "percentile":
      return named(sum(definition), count(definition));
  }
}

/** An arm's sums: `n<i>` units, `m<i>` mean and `d<i>` squared deviations of y; for a ratio also of z, and both. */
export function armColumns(metric: Metric, index: number, experimentUnit: string): string {
  const pivotOf = (name: string): string =>
    `transform(variant, {variants:Array(String)}, {${name}:Array(Float64)}, 0.)`;
  const y = `y${index} - ${pivotOf(`p${index}`)}`; // Q1
  const z = `z${index} - ${pivotOf(`q${index}`)}`;
  const mean = (of: string, pivot: string, when: string): string =>
    `ifNotFinite(${pivotOf(pivot)} + sumKahanIf(${of}, ${when}) / countIf(${when}), 0)`;
  switch (summaryKind(metric, experimentUnit)) {
    case "proportion":
      return `countIf(y${index} > 0) AS n${index}`;
    case "distribution":
      return `countIf(z${index} > 0) AS n${index}`;
    case "mean": {
      if (!leavesOut(metric))
        return `count() AS n${index}, ${mean(y, `p${index}`, "true")} AS m${index}, varPopStable(${y}) * count() AS d${index}`;
      const has = `z${index} > 0`;
      const deviations = `ifNotFinite(varPopStableIf(${y}, ${has}) * countIf(${has}), 0)`;
      return `countIf(${has}) AS n${index}, ${mean(y, `p${index}`, has)} AS m${index}, ${deviations} AS d${index}`;
    }
    case "ratio":
      return [
        `count() AS n${index}`,
        `${mean(y, `p${index}`, "true")} AS m${index}`,
        `varPopStable(${y}) * count() AS d${index}`,
        `${mean(z, `q${index}`, "true")} AS mz${index}`,
        `varPopStable(${z}) * count() AS dz${index}`,
        `covarPopStable(${y}, ${z}) * count() AS c${index}`,
      ].join(", ");
  }
}

/** Whether units without an event are left out. */
export const leavesOut = ({ definition: { type } }: Metric): boolean => type === "mean" || type === "time_to";
