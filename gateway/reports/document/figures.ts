import { dayText, pValueText, valueText } from "../../../protocols/number-text.ts";
import type { Report } from "../../../protocols/report.ts";
import { daysPlot } from "../plots/days.ts";
import { forestPlot } from "../plots/forest.ts";
import { timelinePlot } from "../plots/timeline.ts";
import { type Block, cell, heading, text } from "./block.ts";
import { distributionBlocks } from "./distributions.ts";

/** More curves than a reader compares. */
const curvesMax = 6;

/** What the numbers look like, and why a picture is missing. */
export function figureBlocks(report: Report): Block[] {
  const forest = forestPlot(report.rows);
  return [
    heading("Effects at a glance"),
    forest ?? text("There is no lift with an interval that may be acted upon yet."),
    heading("Over time"),
    ...timelineBlocks(report),
    heading("Distribution of values"),
    ...distributionBlocks(report),
    heading("Units by day"),
    ...daysBlocks(report),
    heading("Novelty"),
    ...noveltyBlocks(report),
  ];
}

function timelineBlocks({ timeline, rows }: Report): Block[] {
  if (timeline.kind === "absent") return [text(`There is no curve: ${timeline.reason}.`)];
  const curves = rows
    .filter(({ role }) => role === "primary")
    .slice(0, curvesMax)
    .flatMap(({ variant, metric, isShare }) => {
      const figure = timelinePlot({ variant, metric, isShare, points: timeline.value });
      return figure === undefined ? [] : [figure];
    });
  if (curves.length === 0)
    return [text("There is no curve: the primary metric had an answer at fewer than two looks.")];
  return [
    text(
      "The difference of the primary metric with the interval that was valid at each look. The first intervals reach beyond the picture.",
    ),
    ...curves,
  ];
}

function daysBlocks({ days, variants }: Report): Block[] {
  if (days.kind === "absent") return [text(`There is no picture: ${days.reason}.`)];
  const plot = daysPlot(
    days.value,
    variants.map(({ key }) => key),
  );
  const [only] = days.value;
  if (plot !== undefined) return [plot];
  return [text(`All units came on one day${only === undefined ? "" : `, ${dayText(only.day)}`}.`)];
}

function noveltyBlocks({ novelty }: Report): Block[] {
  if (novelty.kind === "absent") return [text(`Whether the effect fades is not said: ${novelty.reason}.`)];
  return [
    text(
      "Whether the effect is another one for units that came later: a slope that is not 0 speaks of novelty, or of a season.",
    ),
    {
      kind: "table",
      caption: "Change of the effect by the units' first day",
      columns: [
        { title: "Metric" },
        { title: "Variant" },
        { title: "Slope a day", isNumber: true },
        { title: "p", isNumber: true },
        { title: "Days", isNumber: true },
      ],
      rows: novelty.value.map(({ metric, variant, slopePerDay, pValue, days }) => [
        cell(metric),
        cell(variant),
        cell(valueText(slopePerDay, { sign: true })),
        cell(pValueText(pValue)),
        cell(String(days)),
      ]),
    },
  ];
}
