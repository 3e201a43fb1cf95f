import { assert } from "../../protocols/assert.ts";
import type { Metric, RatioTerm } from "../../protocols/metric.ts";
import { eventCounts } from "./units.ts";

// What each metric adds to the statement: a unit's numbers, and an arm's sums of them.
//   Q1. Sums and deviations are taken of `value − pivot`: around a pivot near the mean they do not cancel.

const hourMs = 3_600_000;
const dayMs = 86_400_000;

export function eventNames({ definition }: Metric): string[] {
  return definition.type === "ratio"
    ? [definition.numerator.event, definition.denominator.event]
    : [definition.event];
}

/** Which events of the joined row a metric looks at (R4). `h<i>`: milliseconds of its window. */
function windowCondition({ window }: Metric, index: number): string {
  const at = (time: string): string => `toUnixTimestamp64Milli(${time})`;
  switch (window?.type) {
    case undefined:
    case "lifetime":
      return "";
    case "conversion":
      return ` AND ${at("e.ts")} < ${at("x.t0")} + {h${index}:Float64}`;
    case "day":
      return ` AND floor(${at("e.ts")} / ${dayMs}) = floor(${at("x.t0")} / ${dayMs})`;
    case "session":
      return " AND e.session != '' AND e.session = x.first_session";
  }
}

export const windowMs = ({ window }: Metric): number | undefined =>
  window?.type === "conversion" ? window.hours * hourMs : undefined;

/** A unit's numbers: `y<i>`, and `z<i>` where the metric needs a second. */
export function unitColumns(
  metric: Metric,
  index: number,
  names: readonly string[],
  covers: boolean,
): string {
  const { definition } = metric;
  const within = windowCondition(metric, index);
  const term = ({ event, aggregate }: RatioTerm): string => {
    const place = names.indexOf(event);
    assert(place >= 0, `${event} is among the statement's events`);
    const condition = `e.event = {e${place}:String} AND ${eventCounts(covers)}${within}`;
    return aggregate === "count" ? `toFloat64(countIf(${condition}))` : `sumKahanIf(e.value, ${condition})`;
  };
  switch (definition.type) {
    case "binary":
    case "count":
      return `${term({ event: definition.event, aggregate: "count" })} AS y${index}`;
    case "sum":
      return `${term({ event: definition.event, aggregate: "sum" })} AS y${index}`;
    case "mean": {
      const count = term({ event: definition.event, aggregate: "count" });
      const sum = term({ event: definition.event, aggregate: "sum" });
      return `${count} AS z${index}, if(z${index} = 0, 0, ${sum} / z${index}) AS y${index}`;
    }
    case "ratio":
      return `${term(definition.numerator)} AS y${index}, ${term(definition.denominator)} AS z${index}`;
  }
}

/** An arm's sums: `n<i>` units, `m<i>` mean and `d<i>` squared deviations of y; for a ratio also of z, and both. */
export function armColumns({ definition }: Metric, index: number): string {
  const y = `y${index} - {p${index}:Float64}`; // Q1
  const z = `z${index} - {q${index}:Float64}`;
  const mean = (of: string, pivot: string, when: string): string =>
    `ifNotFinite({${pivot}:Float64} + sumKahanIf(${of}, ${when}) / countIf(${when}), 0)`;
  switch (definition.type) {
    case "binary":
      return `countIf(y${index} > 0) AS n${index}`;
    case "count":
    case "sum":
      return `count() AS n${index}, ${mean(y, `p${index}`, "true")} AS m${index}, varPopStable(${y}) * count() AS d${index}`;
    case "mean": {
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
