import type { HashRecipe } from "../../../protocols/hash-recipe.ts";
import type { Range } from "../conditions.ts";

// GrowthBook's arithmetic of shares, in its own order of operations, so that the doubles come out the same.

/** Units of which n ≥ from and n < to. */
export const rangeOf = ([from, to]: readonly [number, number]): Range => ({ from, to: Math.max(from, to) });

/** Each variation's share of the whole, cut at its beginning by the coverage. */
export function bucketRanges(
  count: number,
  coverage: number | undefined,
  weights: readonly number[] | undefined,
): Range[] {
  const covered = Math.min(Math.max(coverage ?? 1, 0), 1);
  const equal = equalWeights(count);
  let used = weights?.length === count ? weights : equal;
  const total = used.reduce((sum, weight) => sum + weight, 0);
  if (total < 0.99 || total > 1.01) used = equal;
  let cumulative = 0;
  return used.map((weight) => {
    const start = cumulative;
    cumulative += weight;
    const to = start + covered * weight;
    return { from: Math.min(start, 1), to }; // a sum of doubles may pass 1, where nobody is
  });
}

export const equalWeights = (count: number): number[] =>
  count <= 0 ? [] : Array.from({ length: count }, () => 1 / count);

/** `n <= coverage` of a forced rule as a half-open range: up to the first position beyond it. */
export function upTo(coverage: number, version: 1 | 2): Range {
  if (!(coverage < 1)) return { from: 0, to: 1 };
  const parts = version === 1 ? 1_000 : 10_000;
  let next = Math.max(Math.floor(coverage * parts) - 1, 0);
  while (next / parts <= coverage) next++;
  return { from: 0, to: next / parts };
}

/** Undefined for a version that GrowthBook's clients do not know, whose rules never apply. */
export function recipeFor(
  version: number,
  seed: string,
  attribute: string,
  keyAttribute: string | undefined,
): HashRecipe | undefined {
  if (version !== 1 && version !== 2) return undefined;
  return {
    profile: "growthbook",
    version,
    seed,
    ...(attribute === keyAttribute ? {} : { attribute }),
  };
}
