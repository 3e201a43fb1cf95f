import type {
  CalibratedMethod,
  CalibrationReport,
  CalibrationRow,
  NotCalibrated,
} from "../../protocols/calibration.ts";
import { durationText } from "../clock.ts";
import { counted, textTable } from "../text-table.ts";

/** A calibration for people: a line a method, and the shape of its p-values. */
export function calibrationText({
  history,
  splits,
  seed,
  alpha,
  metrics,
  rows,
  off,
  tookMs,
}: CalibrationReport): string {
  const cells = rows.map((row) => [row.metric ?? "(units)", methodWords[row.method], ...resultCells(row)]);
  const entered = metrics.filter(({ followed }) => followed === "by_entry").map(({ metric }) => metric);
  return [
    `${whole(history.units)} units by ${history.entered === "exposures" ? "exposure" : "event"}, ${counted(history.newUnits.length, "day")}; ${whole(splits)} random splits (seed ${seed}), alpha ${alpha}, ${durationText(tookMs)}`,
    "",
    ...textTable(["metric", "method", "promised", "answer", "p-values 0 … 1"], cells, new Set([2])),
    ...(entered.length === 0
      ? []
      : ["", `Units of ${entered.join(", ")} counted with their last value from their first day on.`]),
    "",
    off
      ? "A method rejects MORE often than it promises: look at the metric's window, and at what units have in common."
      : "No method rejects more often than it promises, beyond chance.",
  ].join("\n");
}

const methodWords: Record<CalibratedMethod, string> = {
  fixed: "one look",
  cuped: "one look, CUPED",
  always_valid: "always valid, daily",
  group_sequential: "group sequential",
  sample_ratio: "sample ratio",
  sequential_sample_ratio: "sample ratio, daily",
};

function resultCells({ result }: CalibrationRow): string[] {
  if (result.kind !== "calibrated") return ["", notCalibratedWords(result), ""];
  const { promised, promise, words, histogram } = result;
  return [
    `${promise === "at_most" ? "≤ " : ""}${Number((promised * 100).toPrecision(3))} %`,
    words,
    histogram === undefined ? "" : barsOf(histogram),
  ];
}

const bars = "▁▂▃▄▅▆▇█";

/** As high as each bin is, against twice the mean. */
function barsOf(histogram: readonly number[]): string {
  const mean = histogram.reduce((sum, count) => sum + count, 0) / histogram.length;
  return histogram
    .map((count) => bars[Math.min(bars.length - 1, Math.floor((count / (2 * mean)) * bars.length))] ?? "")
    .join("");
}

function notCalibratedWords(result: NotCalibrated): string {
  switch (result.kind) {
    case "no_units":
      return "nobody was there";
    case "no_answer":
      return "no split had an answer";
    case "needs_rows":
      return "a percentile is not computed from sums";
    case "metric_not_found":
      return "there is no such metric";
    case "too_few_looks":
      return "too few days";
    case "too_many_rows":
      return `more than ${whole(result.rowsMax)} rows; take fewer days`;
  }
}

const whole = (count: number): string => Math.round(count).toLocaleString("en");
