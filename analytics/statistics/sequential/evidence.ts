import { total } from "./crossing.ts";

// E-values: evidence whose mean is at most 1 when there is nothing to find, at any time it is looked at.

/** Any e-values, however they depend on each other, average to an e-value (Vovk & Wang 2021). */
export function meanEvidence(evidence: readonly number[]): number | undefined {
  return evidence.length === 0 ? undefined : total(evidence) / evidence.length;
}

/** Independent ones multiply to one. */
export function productEvidence(evidence: readonly number[]): number | undefined {
  return evidence.length === 0 ? undefined : evidence.reduce((product, one) => product * one, 1);
}

/** The p-value an e-value is worth. */
export function pOfEvidence(evidence: number): number {
  return Math.max(Number.MIN_VALUE, Math.min(1, 1 / evidence));
}
