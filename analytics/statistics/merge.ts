import { assert } from "../../protocols/assert.ts";
import type { ExperimentSummary, MetricSummary, VariantSummary } from "../../protocols/results.ts";
import { mergePairs, noPairs } from "./bivariate.ts";
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
  }
}

/** One metric over two disjoint groups of units. */
export function mergeMetric(a: MetricSummary, b: MetricSummary): MetricSummary {
  if (a.kind === "proportion" && b.kind === "proportion") {
    return { kind: "proportion", count: a.count + b.count, successes: a.successes + b.successes };
  }
  if (a.kind === "mean" && b.kind === "mean") return mergeMoments(a, b);
  if (a.kind === "ratio" && b.kind === "ratio") return mergePairs(a, b);
  assert(false, `a ${a.kind} does not merge with a ${b.kind}`);
}

/** One experiment over two disjoint groups of units, as two partitions hold them. */
export function mergeExperiments(a: ExperimentSummary, b: ExperimentSummary): ExperimentSummary {
  const known = new Set(a.variants.map(({ variant }) => variant));
  const others = new Map(b.variants.map((variant) => [variant.variant, variant]));
  return {
    variants: [
      ...a.variants.map((variant) => mergeVariant(variant, others.get(variant.variant))),
      ...b.variants.filter(({ variant }) => !known.has(variant)),
    ],
    crossovers: a.crossovers + b.crossovers,
  };
}

function mergeVariant(a: VariantSummary, b: VariantSummary | undefined): VariantSummary {
  if (b === undefined) return a;
  const metrics: Record<string, MetricSummary> = { ...a.metrics };
  for (const [key, summary] of Object.entries(b.metrics)) {
    const present = metrics[key];
    metrics[key] = present === undefined ? summary : mergeMetric(present, summary);
  }
  return { variant: a.variant, units: a.units + b.units, metrics };
}
