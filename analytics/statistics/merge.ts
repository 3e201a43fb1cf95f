import { assert } from "../../protocols/assert.ts";
import type {
  CovariateMoments,
  DaySummary,
  DimensionSummary,
  ExperimentSummary,
  MetricSummary,
  VariantSummary,
} from "../../protocols/results.ts";
import { mergePairs, noPairs, type PairSummary } from "./bivariate.ts";
import { mergeMoments, noMoments } from "./moments.ts";

/** The summary of no units. */
export function noUnits(kind: MetricSummary["kind"]): MetricSummary {
  switch (kind) {
    case "proportion":
      return { kind, count: 0, successes: 0 };
    case "mean":
      return noMoments;
    case "ratio":
      return noPairs;
    case "distribution":
      return { kind, count: 0 };
  }
}

/** One metric over two disjoint groups of units. */
export function mergeMetric(a: MetricSummary, b: MetricSummary): MetricSummary {
  if (a.kind === "proportion" && b.kind === "proportion") {
    return { kind: "proportion", count: a.count + b.count, successes: a.successes + b.successes };
  }
  if (a.kind === "mean" && b.kind === "mean") return mergeMoments(a, b);
  if (a.kind === "ratio" && b.kind === "ratio") return mergePairs(a, b);
  if (a.kind === "distribution" && b.kind === "distribution")
    return { kind: "distribution", count: a.count + b.count };
  assert(false, `a ${a.kind} does not merge with a ${b.kind}`);
}

/** One experiment over two disjoint groups of units, as two partitions hold them. */
export function mergeExperiments(a: ExperimentSummary, b: ExperimentSummary): ExperimentSummary {
  const optedOut = (a.optedOut ?? 0) + (b.optedOut ?? 0);
  const bots = (a.bots ?? 0) + (b.bots ?? 0);
  return {
    variants: mergeVariants(a.variants, b.variants),
    crossovers: a.crossovers + b.crossovers,
    ...(optedOut > 0 ? { optedOut } : {}),
    ...(bots > 0 ? { bots } : {}),
    ...(a.days === undefined && b.days === undefined ? {} : { days: mergeDays(a.days ?? [], b.days ?? []) }),
    ...(a.dimensions === undefined && b.dimensions === undefined
      ? {}
      : { dimensions: mergeDimensions(a.dimensions ?? {}, b.dimensions ?? {}) }),
  };
}

/** Variants in the order of the first group, then those that only the second has. */
function mergeVariants(a: readonly VariantSummary[], b: readonly VariantSummary[]): VariantSummary[] {
  const known = new Set(a.map(({ variant }) => variant));
  const others = new Map(b.map((variant) => [variant.variant, variant]));
  return [
    ...a.map((variant) => mergeVariant(variant, others.get(variant.variant))),
    ...b.filter(({ variant }) => !known.has(variant)),
  ];
}

function mergeVariant(a: VariantSummary, b: VariantSummary | undefined): VariantSummary {
  if (b === undefined) return a;
  const covariates = { ...a.covariates };
  for (const [key, moments] of Object.entries(b.covariates ?? {})) {
    const present = covariates[key];
    covariates[key] = present === undefined ? moments : mergeCovariates(present, moments);
  }
  const metrics: Record<string, MetricSummary> = { ...a.metrics };
  for (const [key, summary] of Object.entries(b.metrics)) {
    const present = metrics[key];
    metrics[key] = present === undefined ? summary : mergeMetric(present, summary);
  }
  return {
    variant: a.variant,
    units: a.units + b.units,
    metrics,
    ...(a.covariates === undefined && b.covariates === undefined ? {} : { covariates }),
  };
}

/** Two values a unit are two values a unit, whatever they mean. */
function mergeCovariates(a: CovariateMoments, b: CovariateMoments): CovariateMoments {
  const merged = mergePairs(pairsOf(a), pairsOf(b));
  return {
    count: merged.count,
    meanValue: merged.meanNumerator,
    meanCovariate: merged.meanDenominator,
    squaredValue: merged.squaredNumerator,
    squaredCovariate: merged.squaredDenominator,
    crossDeviations: merged.crossDeviations,
  };
}

const pairsOf = (moments: CovariateMoments): PairSummary => ({
  count: moments.count,
  meanNumerator: moments.meanValue,
  meanDenominator: moments.meanCovariate,
  squaredNumerator: moments.squaredValue,
  squaredDenominator: moments.squaredCovariate,
  crossDeviations: moments.crossDeviations,
});

function mergeDays(a: readonly DaySummary[], b: readonly DaySummary[]): DaySummary[] {
  const days = new Map(a.map(({ day, variants }) => [day, variants]));
  for (const { day, variants } of b) days.set(day, mergeVariants(days.get(day) ?? [], variants));
  return [...days].sort(([one], [other]) => one - other).map(([day, variants]) => ({ day, variants }));
}

function mergeDimensions(
  a: Readonly<Record<string, readonly DimensionSummary[]>>,
  b: Readonly<Record<string, readonly DimensionSummary[]>>,
): Record<string, readonly DimensionSummary[]> {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return Object.fromEntries(
    names.map((name) => {
      const values = new Map((a[name] ?? []).map(({ value, variants }) => [value, variants]));
      for (const { value, variants } of b[name] ?? [])
        values.set(value, mergeVariants(values.get(value) ?? [], variants));
      return [name, [...values].map(([value, variants]) => ({ value, variants }))];
    }),
  );
}
