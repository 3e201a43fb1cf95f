import type { AnalysisPlan, Correction, Monitoring, SpendingName } from "../../protocols/analysis-plan.ts";
import { lookFractions, resolvedPlan } from "../../protocols/resolved-plan.ts";
import { countText, shareText } from "./numbers.ts";

const spendingWords: Record<SpendingName, string> = {
  obrien_fleming: "O’Brien-Fleming",
  pocock: "Pocock",
  kim_demets: "Kim-DeMets",
  hwang_shih_decani: "Hwang-Shih-DeCani",
};

const correctionWords: Record<Correction, string> = {
  none: "no correction",
  bonferroni: "Bonferroni",
  holm: "Holm",
  hochberg: "Hochberg",
  benjamini_hochberg: "Benjamini-Hochberg",
  e_benjamini_hochberg: "e-Benjamini-Hochberg",
};

/** What was decided about the statistics before the start, a name and a sentence each. */
export function planFacts(plan: AnalysisPlan): readonly (readonly [name: string, text: string])[] {
  const { alpha, monitoring, correction, cuped, minimumEffect, power, stratifyBy } = resolvedPlan(plan);
  const covariates = cuped ? "by covariates, where metrics have them" : "none";
  return [
    ["Looks", looksText(monitoring)],
    ["Wrong at most", `${percent(alpha)} of the time, two-sided; ${correctionWords[correction]} over many`],
    ["Worth finding", `${percent(minimumEffect)}, with a chance of ${percent(power)}`],
    [
      "Variance reduction",
      stratifyBy === undefined ? covariates : `${covariates}; within each ${stratifyBy}`,
    ],
  ];
}

function looksText(monitoring: Monitoring): string {
  switch (monitoring.kind) {
    case "always_valid":
      return "at any time, as often as one likes";
    case "group_sequential": {
      const looks = lookFractions(monitoring.looks).length;
      return `${looks} planned, up to ${countText(monitoring.units)} people, ${spendingWords[monitoring.spending]}`;
    }
    case "fixed":
      return monitoring.units === undefined
        ? "once, at the end"
        : `once, at ${countText(monitoring.units)} people`;
  }
}

const percent = (fraction: number): string => shareText(fraction * 10_000);
