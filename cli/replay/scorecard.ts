import { intervalText, percentText, pValueText, valueText } from "../../protocols/number-text.ts";
import type { Comparison, ExperimentResult } from "../../protocols/results.ts";
import type { Decision, Finding, Monitored, Scorecard } from "../../protocols/scorecard.ts";
import { textTable } from "../text-table.ts";
import type { Names } from "./report.ts";

// What may be concluded from a replayed experiment, below the plain table of its estimates.

const titles = [
  "variant",
  "metric",
  "role",
  "mean",
  "mean control",
  "lift",
  "interval valid now",
  "p now",
  "adjusted p",
  "verdict",
];
const numeric = new Set([3, 4, 5, 6, 7, 8]);

/** Undefined of a service that makes no scorecard. */
export function scorecardText({ analysis }: ExperimentResult, names: Names): string | undefined {
  const { scorecard, comparisons } = analysis;
  if (scorecard === undefined) return undefined;
  const rows = comparisons.map((comparison) => cellsOf(comparison, names));
  return [
    ...textTable(titles, rows, numeric),
    "",
    sequentialLine(scorecard),
    "",
    ...decisionLines(scorecard.decision),
    ...(scorecard.summary.length === 0 ? [] : ["", ...scorecard.summary]),
  ].join("\n");
}

function cellsOf(
  { variant, metric, mean, meanControl, estimate, finding, method }: Comparison,
  names: Names,
): string[] {
  const isShare = method === "two_proportion_z";
  const number = (value: number | undefined): string =>
    value === undefined ? "–" : isShare ? percentText(value) : valueText(value);
  const reduced = finding?.reduced?.kind === "reduced" ? finding.reduced : undefined;
  const relative = reduced?.relative ?? (estimate.kind === "estimated" ? estimate.relative : undefined);
  return [
    names.variants.get(variant) ?? variant,
    names.metrics.get(metric) ?? metric,
    finding?.role ?? "–",
    number(mean),
    number(meanControl),
    relative === undefined ? "–" : percentText(relative.difference, { sign: true }),
    ...nowCells(finding?.monitored, isShare ? "points" : "value"),
    finding?.adjusted === undefined ? "–" : pValueText(finding.adjusted.pValue),
    verdictText(finding),
  ];
}

/** The interval that may be acted upon, and its p-value. */
function nowCells(monitored: Monitored | undefined, form: "points" | "value"): [string, string] {
  const p = (value: number | undefined): string => (value === undefined ? "–" : pValueText(value));
  switch (monitored?.kind) {
    case undefined:
      return ["–", "–"];
    case "always_valid":
      return [intervalText(monitored.interval, form), p(monitored.pValue)];
    case "group_sequential":
      return [
        monitored.interval === undefined ? "no look yet" : intervalText(monitored.interval, form),
        p(monitored.pValue),
      ];
    case "fixed":
      return monitored.isFinal
        ? [intervalText(monitored.interval, form), p(monitored.pValue)]
        : ["not before the end", "–"];
    case "no_answer":
      return [`no answer: ${monitored.reason}`, "–"];
  }
}

function verdictText(finding: Finding | undefined): string {
  if (finding === undefined) return "–";
  const { guardrail, verdict } = finding;
  if (guardrail !== undefined && guardrail.kind !== "no_answer") return guardrail.kind;
  return verdict.replaceAll("_", " ");
}

function sequentialLine({ sequentialSampleRatio: ratio }: Scorecard): string {
  if (ratio.kind === "no_answer") return `Sample ratio at any time: not tested (${ratio.reason})`;
  const verdict = ratio.mismatch ? "MISMATCH: the experiment is not to be trusted" : "as expected";
  return `Sample ratio at any time: p = ${pValueText(ratio.runningPValue)}, ${verdict}`;
}

function decisionLines({ kind, variant, reason, wouldChange }: Decision): string[] {
  const call = `${kind.replaceAll("_", " ")}${variant === undefined ? "" : ` ${variant}`}`;
  return [`Decision: ${call}. ${reason}`, ...wouldChange.map((each) => `  would change it: ${each}`)];
}
