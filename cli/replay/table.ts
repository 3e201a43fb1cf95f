import { textTable } from "../text-table.ts";
import { agreementMax } from "./settle.ts";
import type { Report, ReportRow } from "./report.ts";

/** p below this flags a sample ratio mismatch. */
const mismatchBelow = 0.01;

const titles = [
  "variant",
  "metric",
  "n",
  "mean",
  "n control",
  "mean control",
  "difference",
  "95 % interval",
  "p",
  "method",
];
const numeric = new Set([2, 3, 4, 5, 6, 8]);

/** The answer for people. */
export function tableOf({ rows, srm, sources }: Report): string {
  return [...textTable(titles, rows.map(cellsOf), numeric), "", srmLine(srm), sourcesLine(sources)].join(
    "\n",
  );
}

function cellsOf(row: ReportRow): string[] {
  const { variant, metric, n, nControl, mean, meanControl, difference, interval, pValue, method, reason } =
    row;
  return [
    variant,
    metric,
    String(n),
    number(mean),
    String(nControl),
    number(meanControl),
    number(difference),
    interval === null
      ? `no answer: ${reason ?? "unknown"}`
      : `${number(interval[0])} … ${number(interval[1])}`,
    pValueText(pValue),
    method,
  ];
}

const number = (value: number | null): string =>
  value === null ? "–" : String(Number(value.toPrecision(6)));

export function pValueText(value: number | null): string {
  if (value === null) return "–";
  return value !== 0 && value < 0.0001 ? value.toExponential(2) : value.toFixed(4);
}

function srmLine({ pValue, reason }: Report["srm"]): string {
  if (pValue === null) return `Sample ratio: not tested (${reason ?? "no reason"})`;
  const verdict =
    pValue < mismatchBelow ? "MISMATCH: the groups do not have the sizes they should have" : "as expected";
  return `Sample ratio: p = ${pValueText(pValue)}, ${verdict}`;
}

function sourcesLine({ maxRelativeDifference }: Report["sources"]): string {
  const verdict = maxRelativeDifference <= agreementMax ? "they agree" : "THEY DO NOT AGREE";
  return `Streaming against warehouse: largest relative difference ${maxRelativeDifference.toExponential(1)}, ${verdict}`;
}
