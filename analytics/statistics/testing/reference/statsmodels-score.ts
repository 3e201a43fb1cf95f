import type { Proportion } from "../../methods/two-proportion.ts";
import { findRoot, normalUpperQuantile } from "../../special/special.ts";

/**
 * The score interval as statsmodels 0.13 computes it. Its cubic for the constrained proportion has the control's
 * successes where Miettinen and Nurminen have the control's size, so it is not the likelihood's maximum, and the ends
 * are off by up to a thousandth. Ours (`scoreDifference`) follows the paper.
 */
export function statsmodelsScore(
  control: Proportion,
  variant: Proportion,
  alpha: number,
): readonly [number, number] {
  const difference = variant.successes / variant.count - control.successes / control.count;
  const total = control.count + variant.count;
  const factor = (normalUpperQuantile(alpha / 2) ** 2 * total) / (total - 1);
  const excess = (delta: number): number =>
    (difference - delta) ** 2 - factor * varianceAt(control, variant, delta);
  const end = (side: 1 | -1): number =>
    findRoot(excess, difference + side * 1e-12, side * (1 - 1e-12)) ?? side;
  return [end(-1), end(1)];
}

function varianceAt(control: Proportion, variant: Proportion, delta: number): number {
  const total = control.count + variant.count;
  const successes = control.successes + variant.successes;
  const square = ((variant.count + 2 * control.count) * delta - total - successes) / total;
  const linear = ((control.successes * delta - total - 2 * control.successes) * delta + successes) / total;
  const constant = (control.successes * delta * (1 - delta)) / total;
  const third = square / 3;
  const q = third ** 3 - (third * linear) / 2 + constant / 2;
  const p = Math.sign(q) * Math.sqrt(third * third - linear / 3);
  const a = 2 * p * Math.cos((Math.PI + Math.acos(q / p ** 3)) / 3) - third;
  const b = a + delta;
  return (a * (1 - a)) / control.count + (b * (1 - b)) / variant.count;
}
