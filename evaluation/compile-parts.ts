import type { HashRecipe, UnitRange } from "../protocols/hash-recipe.ts";
import { bucketCount } from "./bucket.ts";
import type { Findings } from "./findings.ts";

interface Part {
  readonly weight: number;
  readonly range?: UnitRange | undefined;
}

/**
 * Reports what is wrong with how a split or an experiment deals its parts: by weights that fill all buckets, or by an
 * imported recipe, in whose numbers every part has its own range. Those need not cover everything: what is left over was
 * outside in the other system too.
 */
export function compileParts(
  parts: readonly Part[],
  hash: HashRecipe | undefined,
  holder: string,
  path: string,
  findings: Findings,
): void {
  const sum = parts.reduce((total, { weight }) => total + weight, 0);
  if (sum !== bucketCount) findings.problem(path, `weights sum to ${sum}, not to ${bucketCount}`);
  for (const [index, { range }] of parts.entries()) {
    if (hash !== undefined && range === undefined)
      findings.problem(`${path}[${index}].range`, "is needed with hash: the place in the recipe's numbers");
    if (hash === undefined && range !== undefined)
      findings.problem(`${path}[${index}].range`, `means something only beside ${holder}.hash`);
    if (range !== undefined && range.from > range.to)
      findings.problem(`${path}[${index}].range`, "needs from ≤ to");
  }
  for (const [index, other] of overlapsOf(parts.map(({ range }) => range)))
    findings.problem(`${path}[${index}].range`, `overlaps with ${path}[${other}].range`);
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Pairs of ranges that share something, each with the one that begins before it. Empty ones share nothing. */
export function overlapsOf(ranges: readonly (Range | undefined)[]): [index: number, other: number][] {
  const sorted = ranges
    .map((range, index) => ({ range, index }))
    .filter((each): each is { range: Range; index: number } =>
      each.range === undefined ? false : each.range.from < each.range.to,
    )
    .sort((a, b) => a.range.from - b.range.from);
  const overlaps: [number, number][] = [];
  let widest = sorted[0];
  for (const each of sorted.slice(1)) {
    if (widest !== undefined && each.range.from < widest.range.to) overlaps.push([each.index, widest.index]);
    if (widest === undefined || each.range.to > widest.range.to) widest = each;
  }
  return overlaps;
}
