import {
  countText,
  halfWidth,
  intervalText,
  percentText,
  pointsText,
  pValueText,
  shareText,
  valueText,
} from "../../../protocols/number-text.ts";
import type { ReportRow } from "../../../protocols/report.ts";
import type { Verdict } from "../../../protocols/scorecard.ts";
import type { Cell, Tone } from "./block.ts";
import { cell, nothing } from "./block.ts";

// One comparison in words: every number with the digits that its interval supports.

const words: Record<Verdict, { readonly text: string; readonly tone: Tone }> = {
  better: { text: "▲ better", tone: "good" },
  worse: { text: "▼ worse", tone: "bad" },
  undecided: { text: "◆ undecided", tone: "quiet" },
  no_answer: { text: "○ no answer", tone: "quiet" },
};

const guardrailWords = {
  holds: { text: "▲ holds", tone: "good" },
  violated: { text: "▼ violated", tone: "bad" },
  undecided: { text: "◆ undecided", tone: "quiet" },
} as const;

/** The interval that says how many digits a row's numbers have. */
const widthOf = ({ now, once }: ReportRow): number | undefined => {
  const interval = once?.interval ?? now?.interval;
  return interval === undefined ? undefined : halfWidth(interval);
};

/** Differences of shares are points. */
const formOf = ({ isShare }: Pick<ReportRow, "isShare">): "points" | "value" =>
  isShare ? "points" : "value";

const styleOf = (row: ReportRow): { readonly uncertainty?: number } => {
  const uncertainty = widthOf(row);
  return uncertainty === undefined ? {} : { uncertainty };
};

const meanText = (row: ReportRow, mean: number): string =>
  (row.isShare ? percentText : valueText)(mean, styleOf(row));

const differenceText = (row: ReportRow, difference: number): string =>
  (row.isShare ? pointsText : valueText)(difference, { ...styleOf(row), sign: true });

export const meanCell = (row: ReportRow, mean: number | undefined, count: number): Cell =>
  cell([mean === undefined ? "–" : meanText(row, mean), `n ${countText(count)}`]);

export function differenceCell(row: ReportRow): Cell {
  if (row.difference === undefined) return nothing;
  const reduction =
    row.varianceReduction === undefined
      ? []
      : [`${percentText(row.varianceReduction, { uncertainty: 0.01 })} less variance`];
  return cell([differenceText(row, row.difference), ...reduction]);
}

export function nowCell(row: ReportRow): Cell {
  if (row.now === undefined) return cell(row.reason ?? "none", "quiet");
  return cell([
    intervalText(row.now.interval, formOf(row)),
    ...(row.now.pValue === undefined ? [] : [`p ${pValueText(row.now.pValue)}`]),
    ...commonLines(row),
  ]);
}

/** Of every look so far; worth a line only where it says more than this look does. */
function commonLines({ now, reason, isShare }: ReportRow): string[] {
  if (now?.common === undefined) return reason === undefined ? [] : [reason];
  const [low, high] = now.common;
  const isSame = low === now.interval[0] && high === now.interval[1];
  return isSame ? [] : [`all looks: ${intervalText(now.common, formOf({ isShare }))}`];
}

export function liftCell(row: ReportRow): Cell {
  if (row.lift === undefined) return nothing;
  const interval = row.now?.liftInterval;
  const uncertainty = interval === undefined ? undefined : halfWidth(interval);
  const style = { sign: true, ...(uncertainty === undefined ? {} : { uncertainty }) };
  return cell([
    percentText(row.lift, style),
    ...(interval === undefined ? [] : [intervalText(interval, "percent")]),
  ]);
}

/** Without an interval of its own. */
export const liftText = (row: ReportRow): Cell =>
  row.lift === undefined ? nothing : cell(percentText(row.lift, { sign: true }));

export const adjustedCell = ({ adjusted }: ReportRow): Cell =>
  adjusted === undefined
    ? nothing
    : cell([
        pValueText(adjusted.pValue),
        `${adjusted.method.replaceAll("_", " ")}, ${countText(adjusted.comparisons)}`,
      ]);

export const onceCell = (row: ReportRow): Cell =>
  row.once === undefined
    ? nothing
    : cell([intervalText(row.once.interval, formOf(row)), `p ${pValueText(row.once.pValue)}`]);

export function verdictCell(row: ReportRow): Cell {
  const { guardrail, breach } = row;
  if (breach !== undefined)
    return cell(
      [
        "▼ breached",
        `at least ${percentText(breach.bound, { sign: true })}, limit ${shareText(breach.limit)}`,
      ],
      "bad",
    );
  if (guardrail !== undefined && guardrail.kind !== "no_answer") {
    const { text, tone } = guardrailWords[guardrail.kind];
    return cell([text, `margin ${shareText(guardrail.relativeMargin)}`], tone);
  }
  const { text, tone } = words[row.verdict];
  return cell(text, tone);
}
