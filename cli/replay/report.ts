import type { Comparison, Estimate, Method, SampleRatio } from "../../protocols/results.ts";
import { maxRelativeDifference } from "./agreement.ts";
import type { BothResults } from "./settle.ts";

/** One line of the answer. Null where there is none, and then a reason. */
export interface ReportRow {
  /** As written in the file. */
  readonly variant: string;
  readonly metric: string;
  readonly n: number;
  readonly nControl: number;
  readonly mean: number | null;
  readonly meanControl: number | null;
  readonly difference: number | null;
  readonly interval: readonly [number, number] | null;
  readonly pValue: number | null;
  readonly method: Method;
  readonly reason?: string;
}

/** What `weir replay --json` prints. */
export interface Report {
  readonly rows: readonly ReportRow[];
  readonly srm: { readonly pValue: number | null; readonly reason?: string };
  readonly sources: { readonly maxRelativeDifference: number };
}

/** Names of the file by key. */
export interface Names {
  readonly variants: ReadonlyMap<string, string>;
  readonly metrics: ReadonlyMap<string, string>;
}

export function reportOf(results: BothResults, names: Names): Report {
  const { comparisons, sampleRatio } = results.streaming.analysis;
  return {
    rows: comparisons.map((comparison) => rowOf(comparison, names)),
    srm: srmOf(sampleRatio),
    sources: { maxRelativeDifference: maxRelativeDifference(results) },
  };
}

function rowOf(comparison: Comparison, names: Names): ReportRow {
  const { variant, metric, method, n, nControl, mean, meanControl, estimate } = comparison;
  return {
    variant: names.variants.get(variant) ?? variant,
    metric: names.metrics.get(metric) ?? metric,
    n,
    nControl,
    mean: mean ?? null,
    meanControl: meanControl ?? null,
    ...answerOf(estimate),
    method,
  };
}

type AnswerColumns = Pick<ReportRow, "difference" | "interval" | "pValue" | "reason">;

function answerOf(estimate: Estimate): AnswerColumns {
  const none = { difference: null, interval: null, pValue: null };
  switch (estimate.kind) {
    case "estimated":
      return { difference: estimate.difference, interval: estimate.interval, pValue: estimate.pValue };
    case "no_variance":
      return {
        ...none,
        difference: estimate.difference,
        reason: "no variance: every unit has the same value",
      };
    case "too_few_units":
      return {
        ...none,
        reason: `too few units: ${estimate.units}, at least ${estimate.unitsMin} are needed`,
      };
    case "zero_denominator":
      return { ...none, reason: "the denominator is zero" };
    case "needs_rows":
      return { ...none, reason: "percentiles are computed from the stored events" };
  }
}

function srmOf(ratio: SampleRatio): Report["srm"] {
  switch (ratio.kind) {
    case "tested":
      return { pValue: ratio.pValue };
    case "too_few_units":
      return { pValue: null, reason: `too few units: ${ratio.units}, at least ${ratio.unitsMin} are needed` };
    case "one_variant":
      return { pValue: null, reason: "there is one variant only" };
    case "weights_changed":
      return { pValue: null, reason: "weights were changed in this phase" };
  }
}
