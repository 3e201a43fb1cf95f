import { percentText, pValueText, shareText, valueText } from "../../../protocols/number-text.ts";
import type { Report, ReportRow } from "../../../protocols/report.ts";
import { type Block, cell, type Column, heading, note, nothing, text } from "./block.ts";
import {
  adjustedCell,
  differenceCell,
  liftCell,
  meanCell,
  nowCell,
  onceCell,
  verdictCell,
} from "./row-text.ts";

const columns: readonly Column[] = [
  { title: "Metric" },
  { title: "Verdict" },
  { title: "Control", isNumber: true },
  { title: "Variant", isNumber: true },
  { title: "Difference", isNumber: true },
  { title: "Interval valid now", isNumber: true },
  { title: "Lift", isNumber: true },
  { title: "Adjusted p", isNumber: true },
];

/** Every metric of every variant against control: what may be concluded at this moment. */
export function scorecardBlocks(report: Report): Block[] {
  const others = report.variants.filter(({ key }) => key !== report.control);
  const tables = others.map(({ key }): Block => ({
    kind: "table",
    caption: `${key} against ${report.control}`,
    columns,
    rows: report.rows.filter(({ variant }) => variant === key).map(cellsOf),
  }));
  const level = shareText(1 - report.alpha);
  return [
    heading("Scorecard"),
    text(
      `Differences are variant − control, with two-sided intervals of ${level}; of shares they are percentage points (pp). The interval valid now may be acted upon at this moment, however often one has looked.`,
    ),
    ...(report.rows.length === 0
      ? [text("There is nothing to compare: the experiment has one variant.")]
      : tables),
    ...onceBlocks(report),
    ...posteriorBlocks(report),
  ];
}

const cellsOf = (row: ReportRow) => [
  cell([row.metric, `${row.role}, ${row.direction === "increase" ? "more" : "less"} is good`]),
  verdictCell(row),
  meanCell(row, row.meanControl, row.nControl),
  meanCell(row, row.mean, row.n),
  differenceCell(row),
  nowCell(row),
  liftCell(row),
  adjustedCell(row),
];

/** Beside what may be concluded: what the same sums would say if this were the only look. */
function onceBlocks({ rows }: Report): Block[] {
  const answered = rows.filter(({ once }) => once !== undefined);
  if (answered.length === 0) return [];
  return [
    heading("As if this were the only look", 3),
    note("For comparison with other tools only: these intervals do not hold for somebody who looked before."),
    {
      kind: "table",
      caption: "Fixed-horizon intervals and p-values",
      columns: [
        { title: "Metric" },
        { title: "Variant" },
        { title: "Interval and p", isNumber: true },
        { title: "Method" },
      ],
      rows: answered.map((row) => [
        cell(row.metric),
        cell(row.variant),
        onceCell(row),
        cell((row.reduction ?? row.method).replaceAll("_", " ")),
      ]),
    },
  ];
}

function posteriorBlocks({ rows }: Report): Block[] {
  const held = rows.filter(({ posterior }) => posterior !== undefined);
  if (held.length === 0) return [];
  return [
    heading("In Bayesian terms", 3),
    {
      kind: "table",
      caption: "Posterior of each difference",
      columns: [
        { title: "Metric" },
        { title: "Variant" },
        { title: "Chance to win", isNumber: true },
        { title: "Expected loss if chosen", isNumber: true },
        { title: "Model" },
      ],
      rows: held.map(({ metric, variant, posterior }) =>
        posterior?.kind === "posterior"
          ? [
              cell(metric),
              cell(variant),
              cell(chanceText(posterior.chanceToWin)),
              cell(valueText(posterior.expectedLoss)),
              cell(posterior.model.replaceAll("_", " ")),
            ]
          : [cell(metric), cell(variant), nothing, nothing, cell(posterior?.reason ?? "none")],
      ),
    },
  ];
}

/** Never "100 %" of what is not certain. */
const chanceText = (chance: number): string => {
  if (chance > 0.9999) return "> 99.99\u00a0%";
  return chance < 0.0001 ? `${pValueText(chance)}` : percentText(chance, { uncertainty: 0.01 });
};
