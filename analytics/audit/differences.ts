import type { AuditDifference } from "../../protocols/audit.ts";
import type {
  CovariateMoments,
  ExperimentSummary,
  MetricSummary,
  VariantSummary,
} from "../../protocols/results.ts";

// Two summaries of the same rows, number by number. Counts must be equal. Other numbers may be off by 1e-9 of what they
// are made of: a mean of what its units spread over, a sum of products of what the products are.

const tolerance = 1e-9;
type Note = (where: string, streaming: number, warehouse: number, scale?: number) => void;

export function differencesOf(
  streaming: ExperimentSummary,
  warehouse: ExperimentSummary,
): readonly AuditDifference[] {
  const found: AuditDifference[] = [];
  const note: Note = (where, left, right, scale = 0) => {
    const room = scale === 0 ? 0 : tolerance * Math.max(scale, Math.abs(left), Math.abs(right));
    if (!(Math.abs(left - right) <= room)) found.push({ where, streaming: left, warehouse: right });
  };
  note("crossovers", streaming.crossovers, warehouse.crossovers);
  note("optedOut", streaming.optedOut ?? 0, warehouse.optedOut ?? 0);
  note("bots", streaming.bots ?? 0, warehouse.bots ?? 0);
  for (const variant of streaming.variants) {
    const other = warehouse.variants.find((candidate) => candidate.variant === variant.variant);
    if (other === undefined) note(`variants.${variant.variant}.units`, variant.units, 0);
    else compareVariants(note, `variants.${variant.variant}`, variant, other);
  }
  return found;
}

function compareVariants(note: Note, where: string, a: VariantSummary, b: VariantSummary): void {
  note(`${where}.units`, a.units, b.units);
  for (const [key, summary] of Object.entries(a.metrics)) {
    const other = b.metrics[key];
    if (other !== undefined) compareMetrics(note, `${where}.metrics.${key}`, summary, other);
  }
  for (const [key, moments] of Object.entries(a.covariates ?? {})) {
    const other = b.covariates?.[key];
    if (other !== undefined) compareCovariates(note, `${where}.covariates.${key}`, moments, other);
  }
}

/** Of n values: how far they lie apart, and at least a little, where they do not. */
const spread = (squared: number, count: number, mean: number): number =>
  Math.sqrt(Math.max(0, squared) / Math.max(1, count)) + Math.abs(mean) + Number.EPSILON;
/** Of a sum of products of deviations: rounding of values that are far from 0 stays in it. */
const floor = (count: number, first: number, second = first): number =>
  1e-6 * count * Math.abs(first * second) + Number.EPSILON;

function compareMetrics(note: Note, where: string, a: MetricSummary, b: MetricSummary): void {
  note(`${where}.count`, a.count, b.count);
  if (a.kind === "proportion" && b.kind === "proportion")
    note(`${where}.successes`, a.successes, b.successes);
  if (a.kind === "mean" && b.kind === "mean") {
    note(`${where}.mean`, a.mean, b.mean, spread(a.squaredDeviations, a.count, a.mean));
    note(`${where}.squaredDeviations`, a.squaredDeviations, b.squaredDeviations, floor(a.count, a.mean));
  }
  if (a.kind === "ratio" && b.kind === "ratio")
    comparePairs(
      note,
      where,
      [
        ["meanNumerator", a.meanNumerator, b.meanNumerator, a.squaredNumerator, b.squaredNumerator],
        ["meanDenominator", a.meanDenominator, b.meanDenominator, a.squaredDenominator, b.squaredDenominator],
      ],
      [a.crossDeviations, b.crossDeviations],
      a.count,
    );
}

function compareCovariates(note: Note, where: string, a: CovariateMoments, b: CovariateMoments): void {
  note(`${where}.count`, a.count, b.count);
  comparePairs(
    note,
    where,
    [
      ["meanValue", a.meanValue, b.meanValue, a.squaredValue, b.squaredValue],
      ["meanCovariate", a.meanCovariate, b.meanCovariate, a.squaredCovariate, b.squaredCovariate],
    ],
    [a.crossDeviations, b.crossDeviations],
    a.count,
  );
}

type Side = readonly [name: string, mean: number, otherMean: number, squared: number, otherSquared: number];

function comparePairs(
  note: Note,
  where: string,
  sides: readonly [Side, Side],
  cross: readonly [number, number],
  count: number,
): void {
  for (const [name, mean, otherMean, squared, otherSquared] of sides) {
    note(`${where}.${name}`, mean, otherMean, spread(squared, count, mean));
    note(`${where}.squared of ${name}`, squared, otherSquared, floor(count, mean));
  }
  const [first, second] = sides;
  const scale = Math.sqrt(Math.max(0, first[3] * second[3])) + floor(count, first[1], second[1]);
  note(`${where}.crossDeviations`, cross[0], cross[1], scale);
}
