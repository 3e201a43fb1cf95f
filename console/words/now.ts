import type { Comparison, Estimate, ExperimentResult } from "../../protocols/results.ts";
import type { Monitored } from "../../protocols/scorecard.ts";

/**
 * A result as it may be read at this moment: each estimate is the one its plan allows, so that no page shows an interval
 * that holds for a single look while people look all the time.
 */
export function asOfNow(result: ExperimentResult): ExperimentResult {
  const units = result.summary.variants.reduce((sum, each) => sum + each.units, 0);
  const comparisons = result.analysis.comparisons.map((comparison) => ({
    ...comparison,
    estimate: estimateNow(comparison, units),
  }));
  return { ...result, analysis: { ...result.analysis, comparisons } };
}

function estimateNow({ estimate, finding }: Comparison, units: number): Estimate {
  const monitored = finding?.monitored;
  if (estimate.kind !== "estimated" || monitored === undefined || monitored.kind === "no_answer")
    return estimate;
  const waitsFor = awaitedUnits(monitored);
  if (waitsFor !== undefined) return { kind: "too_few_units", units, unitsMin: waitsFor };
  const { interval } = monitored;
  if (interval === undefined) return estimate;
  const reduced = finding?.reduced?.kind === "reduced" ? finding.reduced : estimate;
  const relative = relativeNow(monitored, reduced);
  return {
    kind: "estimated",
    difference: reduced.difference,
    standardError: reduced.standardError,
    interval,
    pValue: finding?.adjusted?.pValue ?? monitored.pValue ?? estimate.pValue,
    ...(relative === undefined ? {} : { relative }),
  };
}

/** Units in all before which the plan says nothing. */
function awaitedUnits(monitored: Exclude<Monitored, { kind: "no_answer" }>): number | undefined {
  switch (monitored.kind) {
    case "always_valid":
      return undefined;
    case "group_sequential":
      return monitored.look === 0 ? monitored.nextUnits : undefined;
    case "fixed":
      return monitored.isFinal ? undefined : monitored.units;
  }
}

/** The shown lift keeps its middle, and its ends are as far from it as the plan's interval is wider. */
function relativeNow(
  monitored: Exclude<Monitored, { kind: "no_answer" }>,
  shown: Pick<Extract<Estimate, { kind: "estimated" }>, "interval" | "relative">,
): { readonly difference: number; readonly interval: readonly [number, number] } | undefined {
  const { relative, interval } = shown;
  if (relative === undefined) return undefined;
  if (monitored.kind === "always_valid" && monitored.relativeInterval !== undefined)
    return { difference: relative.difference, interval: monitored.relativeInterval };
  if (monitored.interval === undefined) return relative;
  const wider = (monitored.interval[1] - monitored.interval[0]) / (interval[1] - interval[0]);
  const reach = ((relative.interval[1] - relative.interval[0]) / 2) * wider;
  return {
    difference: relative.difference,
    interval: [relative.difference - reach, relative.difference + reach],
  };
}

/** What the page says of its intervals. */
export function intervalsText({ analysis }: ExperimentResult, confidence: string): string {
  switch (analysis.scorecard?.monitoring.kind) {
    case "always_valid":
      return `${confidence} intervals that hold at all looks together: look as often as you like.`;
    case "group_sequential":
      return `${confidence} intervals of the planned looks. Between looks the last one stands.`;
    case "fixed":
    case undefined:
      return `${confidence} intervals, right for one look at the planned end. Whoever stops at the first good look is fooled more often than that.`;
  }
}
