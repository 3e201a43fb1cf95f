import { findRoot } from "../special/special.ts";
import { boundariesOf } from "./boundaries.ts";
import type { GroupSequentialDesign } from "./design.ts";

// Repeated p-values and intervals (Jennison & Turnbull 1989): valid at every look, whether or not the trial stops.

/** The least alpha is 1e-300, and its logarithm this. */
const logAlphaMin = -690;

/**
 * The smallest alpha at which the same kind of design would reject with this z at look `index`; capped where no alpha
 * would (1 two-sided, 1/2 one-sided).
 */
export function repeatedPValue(design: GroupSequentialDesign, index: number, z: number): number | undefined {
  const cap = design.sides === 2 ? 1 : 0.5;
  const statistic = design.sides === 2 ? Math.abs(z) : z;
  const excess = (logAlpha: number): number => {
    const made = boundariesOf({ ...design, alpha: Math.exp(logAlpha) });
    return made.kind === "boundaries" ? (made.z[index] ?? Number.NaN) - statistic : Number.NaN;
  };
  const logMax = Math.log(cap) - 1e-9;
  const atMost = excess(logMax);
  if (Number.isNaN(atMost)) return undefined;
  if (atMost >= 0) return cap;
  // A boundary at infinity is above any z; findRoot needs a number to weigh.
  const root = findRoot((at) => Math.min(100, excess(at)), logAlphaMin, logMax, 1e-11);
  return root === undefined ? undefined : Math.exp(root);
}
