import { fc } from "../../../protocols/testing/properties.ts";
import type { PairSummary } from "../bivariate.ts";
import type { MeanSummary } from "../moments.ts";
import { MeanSum } from "../mean-sum.ts";
import { PairSum } from "../pair-sum.ts";

/** Amounts as they occur: whole, in cents, tiny, and large with small differences. */
export const amount = fc.oneof(
  fc.integer({ min: -1_000, max: 1_000 }),
  fc.integer({ min: 0, max: 1_000_000 }).map((cents) => cents / 100),
  // Squares of values below 1e-140 lose digits to underflow; nothing is promised about them.
  fc.double({ min: -1e6, max: 1e6, noNaN: true }).filter((value) => value === 0 || Math.abs(value) > 1e-100),
  fc.integer({ min: 0, max: 100 }).map((step) => 1e9 + step / 10),
);

export function meanSummaryOf(values: readonly number[]): MeanSummary {
  const sum = new MeanSum();
  for (const value of values) sum.add(value);
  return sum.summary();
}

export function pairSummaryOf(pairs: readonly (readonly [number, number])[]): PairSummary {
  const sum = new PairSum();
  for (const [numerator, denominator] of pairs) sum.add(numerator, denominator);
  return sum.summary();
}

export const meanSummary = fc.array(amount, { maxLength: 30 }).map(meanSummaryOf);

export const pairSummary = fc
  .array(fc.tuple(amount, fc.integer({ min: 1, max: 50 })), { minLength: 10, maxLength: 40 })
  .map(pairSummaryOf);

export const proportion = fc
  .tuple(fc.integer({ min: 1, max: 5_000 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([count, share]) => ({ count, successes: Math.round(count * share) }));

export const alpha = fc.constantFrom(0.2, 0.1, 0.05, 0.01, 0.001);
