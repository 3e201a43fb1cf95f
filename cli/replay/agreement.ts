import type { Comparison, Estimate, ExperimentResult, SampleRatio } from "../../protocols/results.ts";

/** |a − b| / max(|a|, |b|); 0 when both are the same, 1 when only one of them is there. */
export function relativeDifference(a: number | undefined, b: number | undefined): number {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  if (a === undefined || b === undefined) return 1;
  return Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
}

/** The largest relative difference between any two numbers that both paths report. */
export function maxRelativeDifference(results: {
  readonly streaming: ExperimentResult;
  readonly warehouse: ExperimentResult;
}): number {
  const a = numbersOf(results.streaming);
  const b = numbersOf(results.warehouse);
  const names = new Set([...a.keys(), ...b.keys()]);
  return [...names].reduce(
    (largest, name) => Math.max(largest, relativeDifference(a.get(name), b.get(name))),
    0,
  );
}

function numbersOf({ summary, analysis }: ExperimentResult): Map<string, number> {
  const numbers = new Map<string, number>([["crossovers", summary.crossovers]]);
  for (const { variant, units } of summary.variants) numbers.set(`units ${variant}`, units);
  for (const comparison of analysis.comparisons) addComparison(numbers, comparison);
  addSampleRatio(numbers, analysis.sampleRatio);
  return numbers;
}

function addComparison(numbers: Map<string, number>, comparison: Comparison): void {
  const { variant, metric, n, nControl, mean, meanControl, estimate } = comparison;
  const values: Record<string, number | undefined> = {
    n,
    nControl,
    mean,
    meanControl,
    ...estimateNumbers(estimate),
  };
  for (const [name, value] of Object.entries(values))
    if (value !== undefined) numbers.set(`${name} ${variant} ${metric}`, value);
}

function estimateNumbers(estimate: Estimate): Record<string, number> {
  switch (estimate.kind) {
    case "estimated": {
      const { difference, standardError, interval, pValue } = estimate;
      return { difference, standardError, low: interval[0], high: interval[1], pValue };
    }
    case "no_variance":
      return { difference: estimate.difference };
    case "too_few_units":
    case "zero_denominator":
    case "needs_rows":
      return {};
  }
}

function addSampleRatio(numbers: Map<string, number>, ratio: SampleRatio): void {
  if (ratio.kind !== "tested") return;
  numbers.set("chi square", ratio.chiSquare);
  numbers.set("srm p", ratio.pValue);
}
