import type { AutomaticPause } from "../../protocols/automatic-pause.ts";
import { standingPause } from "../../protocols/breach.ts";
import { pauseNext, pauseReason } from "../../protocols/automatic-pause-words.ts";
import type { PublishedExperiment } from "../../protocols/experiment.ts";
import type { Comparison, ExperimentResult, SampleRatio } from "../../protocols/results.ts";
import type { Decision, DecisionKind } from "../../protocols/scorecard.ts";
import { countText, percentText, pValueText, valueText } from "./numbers.ts";
import { silenceText, verdictOf, type Standing, type Verdict } from "./verdict.ts";

export interface Status {
  readonly standing: Standing;
  /** One word for lists. */
  readonly word: string;
  /** The plain sentence that heads the page. */
  readonly sentence: string;
}

export function statusOf(experiment: PublishedExperiment, result: ExperimentResult | undefined): Status {
  if (experiment.status === "draft") {
    return { standing: "idle", word: "Not started", sentence: "Not started: nobody sees its variants yet." };
  }
  if (result === undefined || peopleIn(result) === 0) {
    return {
      standing: "idle",
      word: "No data yet",
      sentence: "No data yet: nobody has been exposed so far.",
    };
  }
  // The newest result knows of a pause before the page has asked for the experiment again.
  const pause = standingPause(result.definition.experiment);
  if (pause !== undefined) return pausedStatus(pause, result);
  const { sampleRatio, scorecard } = result.analysis;
  if (scorecard !== undefined) return decisionStatus(scorecard.decision);
  if (sampleRatio.kind === "tested" && sampleRatio.mismatch) return heldStatus(sampleRatio.pValue);
  return effectStatus(experiment, result);
}

function pausedStatus(pause: AutomaticPause, result: ExperimentResult): Status {
  const harms = pause.breaches.some(({ kind }) => kind === "guardrail");
  const reason = pauseReason(pause, (metric) => metricName(result, metric));
  return {
    standing: harms ? "harm" : "hold",
    word: "Paused by Weir",
    sentence: `Weir paused this experiment by itself, since ${reason}. ${pauseNext(pause).join(" ")}`,
  };
}

const standingOf: Record<DecisionKind, Standing> = {
  ship: "gain",
  stop: "harm",
  keep_waiting: "unclear",
  invalid: "hold",
};
const wordOf: Record<DecisionKind, string> = {
  ship: "Ship",
  stop: "Stop",
  keep_waiting: "Keep waiting",
  invalid: "Hold",
};
/** Ended without a difference is no harm. */
const harms = new Set(["harmful", "guardrail_violated"]);

function decisionStatus({ kind, code, reason, expected }: Decision): Status {
  const standing = kind === "stop" && !harms.has(code) ? "unclear" : standingOf[kind];
  return { standing, word: wordOf[kind], sentence: `${reason}${expectedText(expected)}` };
}

function expectedText(expected: Decision["expected"]): string {
  if (expected === undefined) return "";
  const { units, days } = expected;
  const when =
    days === undefined
      ? ""
      : `, in about ${countText(Math.max(1, Math.round(days)))} ${Math.round(days) > 1 ? "days" : "day"} at this rate`;
  return ` To be expected at ${countText(units)} people${when}.`;
}

const heldStatus = (pValue: number): Status => ({
  standing: "hold",
  word: "Hold",
  sentence: `Do not read these results yet: the groups are not as large as they should be (p ${pText(pValue)}). Find out why first.`,
});

/** A guardrail in harm outranks a gain; among the primary's variants, harm outranks gain outranks unclear. */
function effectStatus(experiment: PublishedExperiment, result: ExperimentResult): Status {
  const { primary, guardrails } = experiment.metrics;
  const broken = result.analysis.comparisons.find(
    (one) => guardrails.some((key) => key === one.metric) && judged(result, one) === "harm",
  );
  if (broken !== undefined) {
    const sentence = `${broken.variant} harms the guardrail ${metricName(result, broken.metric)}: ${effectText(broken)}. Consider stopping.`;
    return { standing: "harm", word: "Harm", sentence };
  }
  const primaries = result.analysis.comparisons.filter(({ metric }) => metric === primary);
  const harm = primaries.find((one) => judged(result, one) === "harm");
  const gain = primaries.find((one) => judged(result, one) === "gain");
  if (gain !== undefined) return worded(result, gain, "gain", "does better than");
  if (harm !== undefined) return worded(result, harm, "harm", "does worse than");
  return unclearStatus(experiment, result, primaries[0]);
}

function worded(result: ExperimentResult, one: Comparison, standing: "gain" | "harm", verb: string): Status {
  const { control } = result.definition.experiment;
  const sentence = `${one.variant} ${verb} ${control}: ${metricName(result, one.metric)} ${effectText(one)}.`;
  return { standing, word: standing === "gain" ? "Gain" : "Harm", sentence };
}

function unclearStatus(
  experiment: PublishedExperiment,
  result: ExperimentResult,
  first: Comparison | undefined,
): Status {
  const finished = experiment.status === "completed" || experiment.status === "archived";
  const word = finished ? "No difference shown" : "Unclear";
  if (first === undefined)
    return { standing: "unclear", word, sentence: "There is nothing to compare with yet." };
  const silence = silenceText(first.estimate);
  const lead = finished ? "No difference shown" : "Too early to say";
  const sentence =
    silence === undefined
      ? `${lead}: ${metricName(result, first.metric)} of ${first.variant} ${effectText(first)}.`
      : `${lead}. ${silence}.`;
  return { standing: "unclear", word, sentence };
}

function judged(result: ExperimentResult, one: Comparison): Verdict {
  const metric = result.definition.metrics.find(({ key }) => key === one.metric);
  return verdictOf(one, metric?.direction ?? "increase");
}

/** "is up 4.2% (95% interval +1.1% to +7.3%)". The confidence is the result's, so it is left to the page. */
export function effectText({ estimate }: Comparison): string {
  if (estimate.kind !== "estimated") return silenceText(estimate) ?? "";
  const { relative } = estimate;
  const text = relative === undefined ? valueText : percentText;
  const middle = relative?.difference ?? estimate.difference;
  const [low, high] = relative?.interval ?? estimate.interval;
  const range = `between ${text(low, { sign: true })} and ${text(high, { sign: true })}`;
  if (estimate.interval[0] <= 0 && estimate.interval[1] >= 0) return `may have changed by anything ${range}`;
  return `is ${middle > 0 ? "up" : "down"} ${text(Math.abs(middle))} (${range})`;
}

/** The health of the split in a line. One number has one source: this is the only reader of the test. */
export function sampleRatioText(ratio: SampleRatio): string {
  switch (ratio.kind) {
    case "one_variant":
      return "One variant: no split to check.";
    case "weights_changed":
      return "Split not checked: weights were changed in this phase.";
    case "too_few_units":
      return `Split not checked yet: ${ratio.units} of at least ${ratio.unitsMin} people.`;
    case "tested":
      return ratio.mismatch
        ? `Group sizes do not fit the plan (p ${pText(ratio.pValue)}).`
        : `Group sizes fit the plan (p ${pText(ratio.pValue)}).`;
  }
}

export const peopleIn = (result: ExperimentResult): number =>
  result.summary.variants.reduce((sum, { units }) => sum + units, 0);

export const peopleText = (count: number): string =>
  `${countText(count)} ${count === 1 ? "person" : "people"}`;

export const metricName = (result: ExperimentResult, key: string): string =>
  result.definition.metrics.find((metric) => metric.key === key)?.name ?? key;

const pText = (pValue: number): string => (pValue < 0.0001 ? pValueText(pValue) : `= ${pValueText(pValue)}`);
