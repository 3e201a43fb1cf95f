// Adjusted p-values: the smallest level of the whole family at which a hypothesis is rejected. All answer in the order
// they were asked in.

export const adjustments = [
  "bonferroni",
  "holm",
  "hochberg",
  "hommel",
  "sidak",
  "holm_sidak",
  "benjamini_hochberg",
  "benjamini_yekutieli",
] as const;
export type Adjustment = (typeof adjustments)[number];

/** An adjusted p-value each; undefined when one of them is no probability. */
export function adjust(pValues: readonly number[], adjustment: Adjustment): readonly number[] | undefined {
  if (!pValues.every((p) => p >= 0 && p <= 1)) return undefined;
  const count = pValues.length;
  switch (adjustment) {
    case "bonferroni":
      return pValues.map((p) => Math.min(1, count * p));
    case "sidak":
      return pValues.map((p) => sidak(p, count));
    case "holm":
      return stepDown(pValues, (p, rank) => (count - rank) * p);
    case "holm_sidak":
      return stepDown(pValues, (p, rank) => sidak(p, count - rank));
    case "hochberg":
      return stepUp(pValues, (p, rank) => (count - rank) * p);
    case "benjamini_hochberg":
      return stepUp(pValues, (p, rank) => (count * p) / (rank + 1));
    case "benjamini_yekutieli":
      return stepUp(pValues, (p, rank) => (count * harmonic(count) * p) / (rank + 1));
    case "hommel":
      return hommel(pValues);
  }
}

/** 1 − (1 − p)^count, of which a tiny p keeps every digit. */
const sidak = (p: number, count: number): number => (p === 1 ? 1 : -Math.expm1(count * Math.log1p(-p)));

function harmonic(count: number): number {
  let sum = 0;
  for (let index = count; index >= 1; index--) sum += 1 / index;
  return sum;
}

/** Ranks from 0, ascending by p. */
function orderOf(pValues: readonly number[]): readonly number[] {
  return pValues.map((_, index) => index).sort((a, b) => (pValues[a] ?? 0) - (pValues[b] ?? 0));
}

/** From the smallest p up, never falling. */
function stepDown(pValues: readonly number[], factor: (p: number, rank: number) => number): number[] {
  const adjusted = pValues.map(() => 0);
  let most = 0;
  for (const [rank, index] of orderOf(pValues).entries()) {
    most = Math.max(most, Math.min(1, factor(pValues[index] ?? 0, rank)));
    adjusted[index] = most;
  }
  return adjusted;
}

/** From the largest p down, never rising. */
function stepUp(pValues: readonly number[], factor: (p: number, rank: number) => number): number[] {
  const adjusted = pValues.map(() => 0);
  const order = orderOf(pValues);
  let least = 1;
  for (let rank = order.length - 1; rank >= 0; rank--) {
    const index = order[rank] ?? 0;
    least = Math.min(least, factor(pValues[index] ?? 0, rank));
    adjusted[index] = least;
  }
  return adjusted;
}

/** Closed testing with Simes' test (Hommel 1988), by Wright's algorithm (1992). */
function hommel(pValues: readonly number[]): number[] {
  const order = orderOf(pValues);
  const sorted = order.map((index) => pValues[index] ?? 0);
  const count = sorted.length;
  const simes = (from: number, size: number): number =>
    Math.min(...sorted.slice(from).map((p, index) => (size * p) / (size - (count - from) + index + 1)));
  const adjusted = sorted.map(() => (count === 0 ? 1 : simes(0, count)));
  for (let size = count - 1; size >= 2; size--) {
    // Among the largest ones Simes' own ratio bounds all; among the rest, size times their p.
    const firstLarge = count - size + 1;
    const bound = simes(firstLarge, size);
    for (let rank = 0; rank < count; rank++) {
      const own =
        rank < firstLarge
          ? Math.min(bound, size * (sorted[rank] ?? 0))
          : Math.min(bound, size * (sorted[firstLarge - 1] ?? 0));
      adjusted[rank] = Math.max(adjusted[rank] ?? 0, own);
    }
  }
  const answer = pValues.map(() => 0);
  for (const [rank, index] of order.entries())
    answer[index] = Math.min(1, Math.max(adjusted[rank] ?? 0, sorted[rank] ?? 0));
  return answer;
}
