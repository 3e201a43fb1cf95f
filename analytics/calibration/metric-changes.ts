import { assert } from "../../protocols/assert.ts";
import { defaultUnitType } from "../../protocols/ids.ts";
import { summaryKind } from "../../protocols/metric-shape.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { HistoryRows } from "../history/read.ts";
import { leavesOut } from "../summary/metrics.ts";
import { ChangeLog, type Changes, type Standing } from "./changes.ts";

/**
 * A metric's rows, in the order of units and days, as changes of its sums. The columns are those of history/statement.ts:
 * entered, day, y, z and perhaps x. `byDay`: each row has that day's share of the unit's numbers.
 */
export function metricChanges(
  metric: Metric,
  { rows, units, columns }: HistoryRows,
  days: number,
  byDay: boolean,
): Changes {
  const [entered, day, y, z, x] = columns;
  assert(entered !== undefined && day !== undefined && y !== undefined && z !== undefined, "columns");
  const standing = standingOf(metric, byDay);
  const isPair = summaryKind(metric, defaultUnitType) === "ratio";
  const width = isPair || x !== undefined ? 6 : 3;
  const walk = (visit: Visit): void => {
    for (let row = 0; row < rows;) {
      const unit = units[row] ?? 0n;
      const covariate = x?.[row] ?? 0;
      const start = entered[row] ?? 0;
      let [sumY, sumZ] = [0, 0];
      // What it did on the day it entered is no change of its own.
      let before: Standing;
      if ((day[row] ?? start) > start) {
        before = standing(0, 0, covariate);
        visit(unit, start, undefined, before);
      }
      let end = row;
      for (; end < rows && units[end] === unit; end++) {
        const [ownY, ownZ] = [y[end] ?? 0, z[end] ?? 0];
        // A mean's own y is that day's average.
        sumY += byDay && metric.definition.type === "mean" && !isPair ? ownY * ownZ : ownY;
        sumZ += ownZ;
        const after = standing(sumY, sumZ, covariate);
        visit(unit, day[end] ?? start, before, after);
        before = after;
      }
      row = end;
    }
  };
  const log = new ChangeLog(rows + countUnits(units), days, width, pivotsOf(walk));
  walk((unit, at, before, after) => log.add(unit, at, before, after));
  return log.finish();
}

type Visit = (unit: bigint, day: number, before: Standing, after: Standing) => void;

/** What a unit with these sums counts as. */
function standingOf(metric: Metric, byDay: boolean): (y: number, z: number, x: number) => Standing {
  const kind = summaryKind(metric, defaultUnitType);
  switch (kind) {
    case "proportion":
      return (y, _, x) => [y > 0 ? 1 : 0, x];
    case "ratio":
      return (y, z) => [y, z];
    case "distribution":
      assert(false, "a percentile has no sums");

    case "mean":
      if (!leavesOut(metric)) return (y, _, x) => [y, x];
      return (y, z, x) => (z > 0 ? [byDay ? y / z : y, x] : undefined);
  }
}

/** Means of the numbers with which units end. */
function pivotsOf(walk: (visit: Visit) => void): readonly [number, number] {
  let [count, y, x] = [0, 0, 0];
  walk((_, __, before, after) => {
    count += Number(after !== undefined) - Number(before !== undefined);
    y += (after?.[0] ?? 0) - (before?.[0] ?? 0);
    x += (after?.[1] ?? 0) - (before?.[1] ?? 0);
  });
  return count === 0 ? [0, 0] : [y / count, x / count];
}

function countUnits(units: BigUint64Array): number {
  let count = 0;
  for (let row = 0; row < units.length; row++) if (row === 0 || units[row] !== units[row - 1]) count++;
  return count;
}

/** The units themselves; the one column is the day on which each entered. */
export function unitChanges({ units, columns }: HistoryRows, days: number): Changes {
  const log = new ChangeLog(units.length, days, 1, [0, 0]);
  for (const [row, unit] of units.entries()) log.add(unit, columns[0]?.[row] ?? 0, undefined, [0, 0]);
  return log.finish();
}
