import { gaussLegendre } from "../special/special.ts";
import type { PosteriorArm } from "./arm.ts";

export interface BestArm {
  /** P(this arm's rate is the largest). */
  readonly probabilityBest: readonly number[];
  /** E(largest rate − this arm's): what choosing it costs in expectation. */
  readonly expectedLoss: readonly number[];
  /** E(largest rate). */
  readonly expectedMax: number;
}

/** Panels end where some arm is this many scales from its peak: narrow where the mass is, wide where there is little. */
const stops = [0, 0.75, 1.5, 2.25, 3, 4, 5, 6, 8, 10, 13, 17, 22, 30, 40] as const;
/** Within so many scales of some arm's peak nothing is left out. */
const always = 8;
const nodesPerPanel = 12;

/**
 * By quadrature, in one pass for all arms: P(best) = ∫ fᵢ Π Fⱼ and E loss = ∫ Fᵢ (1 − Π Fⱼ), j ≠ i. Every term is
 * positive, so a loss of 1e-30 keeps its digits; the usual closed form subtracts two means for it.
 */
export function bestArm(arms: readonly PosteriorArm[]): BestArm {
  const ends = stopsOf(arms);
  const probability = new Float64Array(arms.length);
  const loss = new Float64Array(arms.length);
  const inner = arms.map(({ centre, scale }) => [centre - always * scale, centre + always * scale] as const);
  const from = Math.min(...inner.map(([low]) => low));
  const to = Math.max(...inner.map(([, high]) => high));
  const first = ends.findIndex((end) => end >= from);
  const last = ends.findLastIndex((end) => end <= to);
  for (let index = first; index < last; index++) addPanel(arms, ends, index, probability, loss);
  for (let index = first - 1; index >= 0; index--) if (!addPanel(arms, ends, index, probability, loss)) break;
  for (let index = last; index < ends.length - 1; index++)
    if (!addPanel(arms, ends, index, probability, loss)) break;
  const total = probability.reduce((sum, value) => sum + value, 0);
  const least = loss.indexOf(Math.min(...loss));
  return {
    // One of them is the best. Without the division a rate within 1e-300 of 0 or 1 would drop out of the sum.
    probabilityBest: [...probability].map((value) => value / total),
    expectedLoss: [...loss],
    expectedMax: (arms[least]?.mean ?? 0) + (loss[least] ?? 0),
  };
}

function stopsOf(arms: readonly PosteriorArm[]): readonly number[] {
  const all = arms.flatMap(({ centre, scale }) =>
    stops.flatMap((stop) => [centre - stop * scale, centre + stop * scale]),
  );
  const ascending = [...new Set(all)].sort((x, y) => x - y);
  // Ends closer than a rounding error of the narrowest arm make a panel of nothing.
  const narrowest = Math.min(...arms.map(({ scale }) => scale));
  return ascending.filter(
    (end, index) => index === 0 || end - (ascending[index - 1] ?? 0) > 1e-9 * narrowest,
  );
}

/** Adds one panel to every integral; false when it changed none. */
function addPanel(
  arms: readonly PosteriorArm[],
  ends: readonly number[],
  index: number,
  probability: Float64Array,
  loss: Float64Array,
): boolean {
  const { nodes, weights } = gaussLegendre(nodesPerPanel);
  const low = ends[index] ?? 0;
  const half = ((ends[index + 1] ?? 0) - low) / 2;
  const beforeProbability = Float64Array.from(probability);
  const beforeLoss = Float64Array.from(loss);
  for (let node = 0; node < nodesPerPanel; node++) {
    const u = low + half * (1 + (nodes[node] ?? 0));
    const weight = half * (weights[node] ?? 0);
    const slope = arms[0]?.slope(u) ?? 0;
    const tails = arms.map((arm) => tailsOf(arm, u));
    for (const [i, arm] of arms.entries()) {
      let logOthers = 0;
      for (const [j, { lower, upper }] of tails.entries())
        if (j !== i) logOthers += upper < 0.5 ? Math.log1p(-upper) : Math.log(lower);
      const own = tails[i]?.lower ?? 0;
      probability[i] = (probability[i] ?? 0) + weight * arm.density(u) * Math.exp(logOthers);
      loss[i] = (loss[i] ?? 0) + weight * slope * own * -Math.expm1(logOthers);
    }
  }
  return arms.some((_, i) => probability[i] !== beforeProbability[i] || loss[i] !== beforeLoss[i]);
}

/** Both tails, from the smaller one. */
function tailsOf(arm: PosteriorArm, u: number): { readonly lower: number; readonly upper: number } {
  if (u < arm.centre) {
    const lower = arm.lower(u);
    return { lower, upper: 1 - lower };
  }
  const upper = arm.upper(u);
  return { lower: 1 - upper, upper };
}
