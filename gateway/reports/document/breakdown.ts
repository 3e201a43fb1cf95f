import type { Breakdown, SegmentEffect } from "../../../protocols/breakdown.ts";
import { countText, pValueText } from "../../../protocols/number-text.ts";
import type { Report, ReportRow } from "../../../protocols/report.ts";
import { rowOf } from "../model/row.ts";
import { type Block, cell, type Cell, heading, nothing, text } from "./block.ts";
import { differenceCell, liftText, onceCell } from "./row-text.ts";

/** Tables of more values are data, not reading: the route has all of them. */
const rowsMax = 30;

/** The primary metric within each value of each dimension. */
export function breakdownBlocks(report: Report): Block[] {
  const { breakdowns } = report;
  if (breakdowns.kind === "absent")
    return [heading("By dimension"), text(`There is no breakdown: ${breakdowns.reason}.`)];
  return [
    heading("By dimension"),
    text(
      "Within each value, as if it were looked at once. These intervals show where to look closer; they decide nothing by themselves.",
    ),
    ...breakdowns.value.flatMap((breakdown) => dimensionBlocks(breakdown, report)),
  ];
}

function dimensionBlocks(breakdown: Breakdown, report: Report): Block[] {
  const { dimension, segments, heterogeneity, multiplicity } = breakdown;
  const primary = report.rows.find(({ role }) => role === "primary")?.metric;
  const rows = segments.flatMap(({ value, units, effects }) =>
    effects
      .filter(({ metric }) => metric === primary)
      .map((effect): readonly Cell[] => effectCells(value, units, effect, report)),
  );
  const verdicts = heterogeneity
    .filter(({ metric }) => metric === primary)
    .map(({ variant, answer }) =>
      answer.kind === "no_answer"
        ? `${variant}: whether the values differ cannot be said, since ${answer.reason}.`
        : `${variant}: Cochran's Q = ${answer.q.toFixed(2)} with ${answer.degreesOfFreedom} degrees of freedom, p = ${pValueText(answer.pValue)}, I² = ${(answer.iSquared * 100).toFixed(0)}\u00a0%.`,
    );
  return [
    heading(dimension, 3),
    {
      kind: "table",
      caption: `${primary ?? "The primary metric"} by ${dimension}`,
      columns: [
        { title: dimension },
        { title: "Variant" },
        { title: "Units", isNumber: true },
        { title: "Difference", isNumber: true },
        { title: "Lift", isNumber: true },
        { title: "Interval and p, once", isNumber: true },
        { title: "Adjusted p", isNumber: true },
      ],
      rows: rows.slice(0, rowsMax),
    },
    ...(rows.length > rowsMax ? [text(`${rows.length - rowsMax} more lines are left out here.`)] : []),
    { kind: "list", items: [...verdicts, multiplicity] },
  ];
}

function effectCells(value: string, units: number, effect: SegmentEffect, report: Report): readonly Cell[] {
  const metric = report.metrics.find(({ key }) => key === effect.metric);
  const row: ReportRow = rowOf(effect, metric, "primary");
  return [
    cell(value),
    cell(effect.variant),
    cell(countText(units)),
    differenceCell(row),
    liftText(row),
    row.once === undefined ? cell(row.reason ?? "none", "quiet") : onceCell(row),
    effect.adjustedPValue === undefined ? nothing : cell(pValueText(effect.adjustedPValue)),
  ];
}
