import type { PowerRequest } from "../../protocols/power.ts";
import type { MetricPlan } from "../../protocols/power-answer.ts";
import type { Known } from "./known.ts";
import { tunedForDefault } from "../../protocols/resolved-plan.ts";

/** What must be true for the plan to hold, a sentence each. */
export function assumptionsOf(request: PowerRequest, known: Known, metrics: readonly MetricPlan[]): string[] {
  return [
    ...basics(metrics),
    ...errors(request, metrics),
    looking(request),
    ...covariates(request, metrics),
    ...coming(request, known),
  ];
}

function basics(metrics: readonly MetricPlan[]): string[] {
  const kinds = new Set(metrics.map(({ baseline }) => baseline?.kind));
  return [
    "Units are independent, and the variant changes means and not spreads.",
    ...(kinds.has("proportion") ? ["The variance of a rate follows its mean: p (1 − p)."] : []),
    ...(kinds.has("ratio")
      ? ["The variance of a ratio is the delta method's, for denominators well above 0."]
      : []),
  ];
}

function errors({ alpha, weights, correction }: PowerRequest, metrics: readonly MetricPlan[]): string[] {
  const tested = metrics.filter(({ sides }) => sides === 2);
  const comparisons = tested.length * (weights.length - 1);
  const sentences: string[] = [];
  if (comparisons > 1)
    sentences.push(
      correction === "none"
        ? `No correction: ${comparisons} comparisons each err with ${alpha}, so that together they err more often.`
        : `Alpha ${alpha} is split over ${comparisons} comparisons (Bonferroni); ${correction === "bonferroni" ? "that is the planned correction" : "the planned correction asks for no more, often less"}.`,
    );
  if (metrics.some(({ sides }) => sides === 1))
    sentences.push(
      `Margins are tested one-sided at ${alpha / 2}, as the bad end of a two-sided interval of ${1 - alpha}, and not corrected.`,
    );
  if (weights.length > 2) sentences.push("Units are those that the smallest of the variants needs.");
  return sentences;
}

function looking({ monitoring }: PowerRequest): string {
  switch (monitoring.kind) {
    case "fixed":
      return "It is looked at once, at the end; stopping earlier on a p-value finds effects that are not there.";
    case "group_sequential":
      return `It is looked at ${monitoring.looks} times, after equal parts of the units, and stopped at the first crossing of the ${spendingWords[monitoring.spending]} boundary.`;
    case "always_valid":
      return `It may be looked at at any time and stopped when the interval leaves 0; the units are for ${monitoring.looks} evenly spaced looks and an interval tuned for ${monitoring.tunedFor ?? tunedForDefault} units, and more looks need no more.`;
  }
}

const spendingWords = {
  obrien_fleming: "O'Brien-Fleming",
  pocock: "Pocock",
  kim_demets: "Kim-DeMets",
  hwang_shih_decani: "Hwang-Shih-DeCani",
} as const;

function covariates({ cuped }: PowerRequest, metrics: readonly MetricPlan[]): string[] {
  const known = metrics.filter(({ covariateCorrelation = 0 }) => covariateCorrelation !== 0);
  if (!cuped || known.length === 0) return [];
  const saved = known.map(
    ({ metric, covariateCorrelation = 0 }) => `${metric} ${percent(covariateCorrelation ** 2)}`,
  );
  return [`Covariates explain as much of the variance as they did: ${saved.join(", ")}.`];
}

function coming({ unitsPerDay, allocation, history }: PowerRequest, known: Known): string[] {
  const found = known.history;
  const sentences: string[] = [];
  if (unitsPerDay !== undefined)
    sentences.push(
      `${unitsPerDay} new units come a day, of which ${percent(allocation / 10_000)} take part; units that come back are not new.`,
    );
  else if (found !== undefined)
    sentences.push(
      `Units come as in the last ${found.newUnits.length} days, day by day, and afterwards as in their last week; ${percent(allocation / 10_000)} take part.`,
    );
  if (history !== undefined && found !== undefined)
    sentences.push(
      `Baselines are those of ${found.units} units that entered by ${found.entered === "exposures" ? "their first exposure" : "their first event"} in the last ${history.days} days, counted up to the end: over another length of time a metric without a window has other values.`,
    );
  return sentences;
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;
