import type { Comparison } from "../../../protocols/results.ts";
import type { Finding, Monitored } from "../../../protocols/scorecard.ts";
import type { Metric } from "../../../protocols/metric.ts";
import { intervalOf } from "./guardrail.ts";
import { directionOf } from "./roles.ts";
import { titleOf } from "./title.ts";

// What may be concluded at this moment, in sentences that anybody can read aloud. Numbers only as far as they are known.

export function sentenceOf(
  metric: Metric,
  comparison: Omit<Comparison, "finding">,
  finding: Omit<Finding, "sentence">,
): string {
  const sentence = plainSentenceOf(metric, comparison, finding);
  const { breach } = finding;
  if (breach === undefined) return sentence;
  const changeText = (change: number): string => signed(percentOf(Math.abs(change)), change);
  const limit = changeText(Math.sign(breach.bound) * breach.limit);
  return `${sentence} Its guardrail is breached: even the harmless end at any time, ${changeText(breach.bound)}, is beyond ${limit}.`;
}

function plainSentenceOf(
  metric: Metric,
  comparison: Omit<Comparison, "finding">,
  finding: Omit<Finding, "sentence">,
): string {
  const { variant } = comparison;
  const title = titleOf(metric);
  const { monitored, verdict, guardrail } = finding;
  if (monitored.kind === "no_answer") return `${title}: no answer for ${variant}, since ${monitored.reason}.`;
  if (guardrail !== undefined && guardrail.kind !== "no_answer") {
    const margin = percentOf(guardrail.relativeMargin);
    switch (guardrail.kind) {
      case "holds":
        return `${title} is safe: ${variant} does not make it worse by more than ${margin}${rangeText(comparison, monitored)}.`;
      case "violated":
        return `${title} is harmed by ${variant}${rangeText(comparison, monitored)}, and ${margin} is the most that is accepted.`;
      case "undecided":
        return `It is not shown yet that ${variant} keeps ${title} within ${margin}${rangeText(comparison, monitored)}.`;
    }
  }
  const range = rangeText(comparison, monitored);
  switch (verdict) {
    case "better":
    case "worse":
      return `${variant} makes ${title} ${verdict}: ${changeText(metric, comparison, verdict)}${range}${whenText(monitored)}.`;
    case "undecided":
    case "no_answer":
      return `No effect of ${variant} on ${title} is shown${range}${waitText(monitored)}.`;
  }
}

function changeText(metric: Metric, { estimate, finding }: Comparison, verdict: "better" | "worse"): string {
  const goesUp = (directionOf(metric) === 1) === (verdict === "better");
  const reduced = finding?.reduced?.kind === "reduced" ? finding.reduced : undefined;
  const relative = reduced?.relative ?? (estimate.kind === "estimated" ? estimate.relative : undefined);
  const amount = relative === undefined ? "" : ` by about ${percentOf(Math.abs(relative.difference))}`;
  return `it goes ${goesUp ? "up" : "down"}${amount}`;
}

/** Of the control's mean where that can be said, else in the metric's own units. */
function rangeText({ meanControl }: Pick<Comparison, "meanControl">, monitored: Monitored): string {
  const interval = intervalOf(monitored);
  if (interval === undefined) return "";
  const relative = monitored.kind === "always_valid" ? monitored.relativeInterval : undefined;
  if (relative !== undefined)
    return ` (between ${relative.map((end) => signed(percentOf(Math.abs(end)), end)).join(" and ")})`;
  const baseline = meanControl === undefined ? 0 : Math.abs(meanControl);
  const textOf = (end: number): string =>
    signed(
      baseline === 0 ? Number(Math.abs(end).toPrecision(3)).toString() : percentOf(Math.abs(end) / baseline),
      end,
    );
  return ` (between ${textOf(interval[0])} and ${textOf(interval[1])})`;
}

/** What makes the sentence hold at this moment. */
function whenText(monitored: Monitored): string {
  switch (monitored.kind) {
    case "always_valid":
      return "; this holds however often one has looked";
    case "group_sequential":
      return ` at look ${monitored.look} of ${monitored.looks}`;
    case "fixed":
    case "no_answer":
      return "";
  }
}

function waitText(monitored: Monitored): string {
  switch (monitored.kind) {
    case "always_valid":
      return "";
    case "group_sequential":
      return monitored.nextUnits === undefined
        ? ""
        : `; the next look is at ${monitored.nextUnits.toLocaleString("en")} units`;
    case "fixed":
      if (monitored.isFinal) return "";
      return monitored.units === undefined
        ? "; this plan is looked at once, when the experiment is completed"
        : `; this plan is looked at once, at ${monitored.units.toLocaleString("en")} units`;
    case "no_answer":
      return "";
  }
}

const signed = (text: string, value: number): string => `${value < 0 ? "−" : "+"}${text}`;

export const percentOf = (share: number): string =>
  `${Number((share * 100).toPrecision(share < 0.01 ? 2 : 3))} %`;
