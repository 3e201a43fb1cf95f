import type { NoAnswer } from "../../protocols/scorecard.ts";

// Why a cell is empty, in words. Methods say it as a `kind` with numbers.

interface Silence {
  readonly kind: string;
  readonly [detail: string]: unknown;
}

const reasons: Readonly<Record<string, (silence: Silence) => string>> = {
  too_few_units: ({ units, unitsMin }) =>
    `the smaller group has ${Number(units)} values with the metric; this method needs ${Number(unitsMin)}`,
  too_few_rows: ({ rows, rowsMin }) =>
    `there are ${Number(rows)} values; this method needs ${Number(rowsMin)}`,
  too_few_clusters: ({ clusters, clustersMin }) =>
    `there are ${Number(clusters)} units; this method needs ${Number(clustersMin)}`,
  too_few_replicates: ({ replicates, replicatesMin }) =>
    `${Number(replicates)} replicates do not bound an interval of this level: it takes ${Number(replicatesMin)}`,
  no_variance: () => "values do not vary, so nothing tells what would have come out another time",
  zero_denominator: () => "a group's denominators sum to 0",
  alpha_out_of_range: ({ alpha }) => `alpha ${Number(alpha)} is not between 0 and 1`,
  share_out_of_range: ({ share }) => `a share of ${Number(share)} is not between 0 and 1`,
  not_finite: () => "a value is not a finite number",
  collinear: ({ column }) => `covariate ${Number(column)} says nothing that the ones before it do not`,
  no_units: () => "no unit has a value",
  too_many_clusters: ({ clusters, clustersMax }) =>
    `${Number(clusters)} units are beyond ${Number(clustersMax)}; with so many the delta method on sums says the same`,
  not_a_count: () => "the denominator is not how many values a unit has",
  no_effect_to_dilute: () => "there is no effect among those who met the change",
  failed: ({ error }) => `the computation failed: ${String(error)}`,
};

export function noAnswer(silence: Silence): NoAnswer {
  const reason = reasons[silence.kind]?.(silence) ?? silence.kind;
  return { kind: "no_answer", code: silence.kind, reason };
}
