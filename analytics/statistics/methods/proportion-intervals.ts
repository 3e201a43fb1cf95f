import { betaQuantile, findRoot, normalUpperQuantile } from "../special/special.ts";
import type { Proportion } from "./two-proportion.ts";

// Other intervals for proportions than Newcombe's, which results use: for reports that ask for one by name.

type Interval = readonly [number, number];

/** Difference ± z times the unpooled standard error. Too short for small counts, and empty at 0 % or 100 %. */
export function waldDifference(control: Proportion, variant: Proportion, alpha: number): Interval {
  return normalDifference(control, variant, alpha);
}

/** Agresti and Caffo 2000: Wald's interval with one success and one failure added to each group. */
export function agrestiCaffo(control: Proportion, variant: Proportion, alpha: number): Interval {
  const padded = ({ count, successes }: Proportion): Proportion => ({
    count: count + 2,
    successes: successes + 1,
  });
  return normalDifference(padded(control), padded(variant), alpha);
}

function normalDifference(control: Proportion, variant: Proportion, alpha: number): Interval {
  const difference = variant.successes / variant.count - control.successes / control.count;
  const reach = normalUpperQuantile(alpha / 2) * unpooledError(control, variant);
  return [difference - reach, difference + reach];
}

/** √(p(1 − p)/n of one + of the other). */
export function unpooledError(control: Proportion, variant: Proportion): number {
  const variance = ({ count, successes }: Proportion): number =>
    ((successes / count) * ((count - successes) / count)) / count;
  return Math.sqrt(variance(control) + variance(variant));
}

/** All differences that the score test does not reject, with Miettinen and Nurminen's (1985) factor n/(n − 1). */
export function scoreDifference(control: Proportion, variant: Proportion, alpha: number): Interval {
  const difference = variant.successes / variant.count - control.successes / control.count;
  const z = normalUpperQuantile(alpha / 2);
  // (difference − δ)² − z² variance, not the quotient: at δ = ±1 the variance is 0.
  const total = control.count + variant.count;
  const factor = (z * z * total) / (total - 1);
  const excess = (delta: number): number =>
    (difference - delta) ** 2 - factor * constrainedVariance(control, variant, delta);
  // From just beside the difference: at 0 of 0 successes the excess is 0 in it, too.
  const end = (side: 1 | -1): number =>
    difference === side ? side : (findRoot(excess, difference + side * 1e-12, side) ?? side);
  return [end(-1), end(1)];
}

/** Of the difference of the two proportions that are likeliest among those `delta` apart. */
function constrainedVariance(control: Proportion, variant: Proportion, delta: number): number {
  const a = constrainedControl(control, variant, delta);
  const b = Math.min(1, Math.max(0, a + delta));
  return (a * (1 - a)) / control.count + (b * (1 - b)) / variant.count;
}

/** Root of the likelihood's cubic (closed form), then Newton's steps, as acos is coarse at its ends. */
function constrainedControl(control: Proportion, variant: Proportion, delta: number): number {
  const [low, high] = [Math.max(0, -delta), Math.min(1, 1 - delta)];
  const total = control.count + variant.count;
  const successes = control.successes + variant.successes;
  const square = ((variant.count + 2 * control.count) * delta - total - successes) / total;
  const linear = ((control.count * delta - total - 2 * control.successes) * delta + successes) / total;
  const constant = (control.successes * delta * (1 - delta)) / total;
  const third = square / 3;
  const q = third ** 3 - (third * linear) / 2 + constant / 2;
  const p = Math.sign(q || 1) * Math.sqrt(Math.max(0, third * third - linear / 3));
  const angle = p === 0 ? 0 : (Math.PI + Math.acos(Math.min(1, Math.max(-1, q / p ** 3)))) / 3;
  let root = Math.min(high, Math.max(low, 2 * p * Math.cos(angle) - third));
  for (let step = 0; step < 3; step++) {
    const value = ((root + square) * root + linear) * root + constant;
    const slope = (3 * root + 2 * square) * root + linear;
    const next = root - value / slope;
    if (!(next >= low && next <= high)) break;
    root = next;
  }
  return root;
}

/** Clopper and Pearson 1934: exact, and therefore longer than needed. */
export function clopperPearson({ count, successes }: Proportion, alpha: number): Interval {
  const failures = count - successes;
  return [
    successes === 0 ? 0 : betaQuantile(alpha / 2, successes, failures + 1),
    // The upper tail of one is the lower tail of its mirror image: alpha / 2 keeps its digits.
    failures === 0 ? 1 : 1 - betaQuantile(alpha / 2, failures, successes + 1),
  ];
}
