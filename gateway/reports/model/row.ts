import type { Metric } from "../../../protocols/metric.ts";
import type { ReportRow } from "../../../protocols/report.ts";
import type { Comparison, Estimate } from "../../../protocols/results.ts";
import type { MetricRole, Monitored, Verdict } from "../../../protocols/scorecard.ts";
import { countText } from "../../../protocols/number-text.ts";

/** One comparison as a line of the scorecard. Older results have no finding: then nothing is said of this moment. */
export function rowOf(comparison: Comparison, metric: Metric | undefined, role: MetricRole): ReportRow {
  const { variant, method, n, nControl, mean, meanControl, estimate, finding } = comparison;
  const direction = metric?.direction ?? "increase";
  const reduced = finding?.reduced?.kind === "reduced" ? finding.reduced : undefined;
  const best = reduced ?? (estimate.kind === "estimated" ? estimate : undefined);
  const plain = finding === undefined ? undefined : nowOf(finding.monitored);
  const now = best?.relative === undefined ? plain : withLift(plain, finding?.monitored, meanControl);
  const reason = best === undefined ? silenceText(estimate) : silenceNow(finding?.monitored, now);
  return {
    variant,
    metric: comparison.metric,
    role: finding?.role ?? role,
    direction,
    isShare: method === "two_proportion_z",
    method,
    n,
    nControl,
    ...(mean === undefined ? {} : { mean }),
    ...(meanControl === undefined ? {} : { meanControl }),
    ...differenceOf(estimate, best?.difference),
    ...(best?.relative === undefined ? {} : { lift: best.relative.difference }),
    ...(best === undefined ? {} : { once: { interval: best.interval, pValue: best.pValue } }),
    ...(now === undefined ? {} : { now }),
    ...(reason === undefined ? {} : { reason }),
    ...(finding === undefined ? {} : { monitored: finding.monitored, sentence: finding.sentence }),
    ...(finding?.adjusted === undefined ? {} : { adjusted: finding.adjusted }),
    ...(finding?.guardrail === undefined ? {} : { guardrail: finding.guardrail }),
    ...(finding?.breach === undefined ? {} : { breach: finding.breach }),
    ...(finding?.posterior === undefined ? {} : { posterior: finding.posterior }),
    ...(reduced === undefined
      ? {}
      : { reduction: reduced.method, varianceReduction: reduced.varianceReduction }),
    verdict: finding?.verdict ?? plainVerdict(estimate, direction),
  };
}

/** The interval that may be acted upon at this moment. */
function nowOf(monitored: Monitored): ReportRow["now"] {
  switch (monitored.kind) {
    case "always_valid":
      return {
        interval: monitored.interval,
        ...(monitored.runningInterval === undefined ? {} : { common: monitored.runningInterval }),
        ...(monitored.relativeInterval === undefined ? {} : { liftInterval: monitored.relativeInterval }),
        pValue: monitored.pValue,
      };
    case "group_sequential":
      if (monitored.interval === undefined) return undefined;
      return {
        interval: monitored.interval,
        ...(monitored.pValue === undefined ? {} : { pValue: monitored.pValue }),
      };
    case "fixed":
      return monitored.isFinal ? { interval: monitored.interval, pValue: monitored.pValue } : undefined;
    case "no_answer":
      return undefined;
  }
}

/**
 * Methods that say nothing of the lift leave it to the difference: its interval as a part of the control's mean, taken as it
 * is. Always-valid answers say it themselves, or know why they cannot.
 */
function withLift(
  now: ReportRow["now"],
  monitored: Monitored | undefined,
  meanControl: number | undefined,
): ReportRow["now"] {
  if (now === undefined || monitored?.kind === "always_valid") return now;
  if (meanControl === undefined || meanControl === 0) return now;
  const [low, high] = now.interval;
  return { ...now, liftInterval: [low / Math.abs(meanControl), high / Math.abs(meanControl)] };
}

function silenceNow(monitored: Monitored | undefined, now: ReportRow["now"]): string | undefined {
  if (now !== undefined && (monitored?.kind !== "always_valid" || now.common !== undefined)) return undefined;
  switch (monitored?.kind) {
    case undefined:
      return "this result was made without sequential monitoring";
    case "always_valid":
      return "the intervals of all looks have nothing in common: the effect has changed, or the data have";
    case "group_sequential":
      return monitored.nextUnits === undefined
        ? "no planned look has been reached"
        : `the next planned look is at ${countText(monitored.nextUnits)} units`;
    case "fixed":
      return monitored.units === undefined
        ? "this plan is looked at once, when the experiment is completed"
        : `this plan is looked at once, at ${countText(monitored.units)} units`;
    case "no_answer":
      return monitored.reason;
  }
}

export function silenceText(estimate: Estimate): string | undefined {
  switch (estimate.kind) {
    case "estimated":
      return undefined;
    case "too_few_units":
      return `too few units: ${countText(estimate.units)}, at least ${countText(estimate.unitsMin)} are needed`;
    case "no_variance":
      return "every unit has the same value";
    case "zero_denominator":
      return "the denominator is zero";
    case "needs_rows":
      return "sums do not tell it; ask the warehouse (?source=warehouse)";
  }
}

const differenceOf = (estimate: Estimate, best: number | undefined): Pick<ReportRow, "difference"> => {
  const difference = best ?? (estimate.kind === "no_variance" ? estimate.difference : undefined);
  return difference === undefined ? {} : { difference };
};

/** Of a result without a finding: what its one interval says, as before there were any. */
function plainVerdict(estimate: Estimate, direction: Metric["direction"]): Verdict {
  if (estimate.kind !== "estimated") return "no_answer";
  const [low, high] = estimate.interval;
  if (low <= 0 && high >= 0) return "undecided";
  return low > 0 === (direction === "increase") ? "better" : "worse";
}
