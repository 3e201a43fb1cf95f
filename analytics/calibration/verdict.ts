import type { Calibrated, CalibratedMethod, NotCalibrated } from "../../protocols/calibration.ts";
import { falsePositives, uniformity } from "../statistics/health/calibration.ts";
import { type MethodOutcome, sampleRatioAlpha } from "./judge.ts";

/** Below this, chance is no explanation: of a hundred sound methods, one in ten calibrations blames one. */
const chanceMin = 0.001;
const histogramBins = 20;

/** Methods that look once reject as often as they say; those that may be looked at again and again, at most. */
const promiseOf: Record<CalibratedMethod, Calibrated["promise"]> = {
  fixed: "exactly",
  cuped: "exactly",
  sample_ratio: "exactly",
  always_valid: "at_most",
  // O'Brien and Fleming's boundary spends all of alpha, but on differences that follow one another as independent units do.
  group_sequential: "at_most",
  sequential_sample_ratio: "at_most",
};

export const promisedBy = (method: CalibratedMethod, alpha: number): number =>
  method === "sample_ratio" || method === "sequential_sample_ratio" ? sampleRatioAlpha : alpha;

export function verdictOf(
  method: CalibratedMethod,
  outcomes: readonly MethodOutcome[],
  alpha: number,
): Calibrated | NotCalibrated {
  const tests = sumOf(outcomes, "tests");
  const rejections = sumOf(outcomes, "rejections");
  const promised = promisedBy(method, alpha);
  const found = falsePositives(rejections, tests, promised);
  if (found.kind !== "tested") return { kind: "no_answer" };
  const promise = promiseOf[method];
  const pValues = outcomes.flatMap(({ pValues: each }) => [...(each ?? [])]).filter((p) => !Number.isNaN(p));
  const uniform = pValues.length === 0 ? undefined : uniformity(pValues);
  const isOff = found.pValue < chanceMin;
  const verdict =
    isOff && found.rate > promised
      ? "too_many"
      : isOff && promise === "exactly"
        ? "too_few"
        : uniform?.kind === "tested" && uniform.pValue < chanceMin
          ? "not_uniform"
          : "as_promised";
  return {
    kind: "calibrated",
    tests,
    silent: sumOf(outcomes, "silent"),
    rejections,
    promised,
    promise,
    rate: found.rate,
    interval: found.interval,
    pValue: found.pValue,
    ...(uniform?.kind === "tested"
      ? {
          uniformity: { statistic: uniform.statistic, pValue: uniform.pValue },
          histogram: histogramOf(pValues),
        }
      : {}),
    verdict,
    words: `${grouped(rejections)} of ${grouped(tests)} rejected: ${percent(found.rate)} %, ${percent(found.interval[0])}–${percent(found.interval[1])} %: ${verdictWords[verdict]}`,
  };
}

const verdictWords: Record<Calibrated["verdict"], string> = {
  as_promised: "as promised",
  too_many: "MORE than promised",
  too_few: "fewer than promised",
  not_uniform: "as promised, but its p-values are not uniform",
};

const sumOf = (outcomes: readonly MethodOutcome[], member: "tests" | "silent" | "rejections"): number =>
  outcomes.reduce((sum, outcome) => sum + outcome[member], 0);

function histogramOf(pValues: readonly number[]): number[] {
  const bins = Array.from({ length: histogramBins }, () => 0);
  for (const p of pValues) {
    const bin = Math.min(histogramBins - 1, Math.floor(p * histogramBins));
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  return bins;
}

const percent = (share: number): string => (share * 100).toFixed(1);
const grouped = (count: number): string => count.toLocaleString("en");
